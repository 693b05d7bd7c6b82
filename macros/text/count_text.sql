{#- A number as text for sentences: rounded, with separators of thousands, such as 1,152,830. -#}
{% macro count_text(number) -%}
    {{ adapter.dispatch('count_text', 'customer_segments')(number) }}
{%- endmacro %}

{% macro duckdb__count_text(number) -%}
    format('{:,.0f}', round(cast({{ number }} as double)))
{%- endmacro %}

{% macro spark__count_text(number) -%}
    format_number(round(cast({{ number }} as double)), 0)
{%- endmacro %}
