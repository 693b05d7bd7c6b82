{#- Keep rows of customers that the table does not hold: all of them, when a run makes it whole. -#}
{% macro of_missing_customers() -%}
    {%- if is_going_on() %} where customer_id not in (select made.customer_id from {{ this }} as made)
    {%- endif -%}
{%- endmacro %}
