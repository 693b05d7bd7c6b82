{#-
    What an item in this many orders adds to a customer's projection on a component. Decimals add up
    to the same sum in any order, doubles do not.
-#}
{% macro taste_term(order_count, weight) -%}
    cast(ln(1 + {{ order_count }}) * {{ weight }} as decimal(18, 15))
{%- endmacro %}
