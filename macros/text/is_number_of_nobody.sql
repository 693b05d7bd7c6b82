{#- Whether an id is nothing but zeros, or a number below zero: numbers of customers are above. -#}
{% macro is_number_of_nobody(text) -%}
    (
        translate({{ text }}, '0.,', '') = ''
        or ({{ text }} like '-%' and translate({{ text }}, '0123456789.,-', '') = '')
    )
{%- endmacro %}
