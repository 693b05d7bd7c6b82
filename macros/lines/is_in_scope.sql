{#- Whether a country belongs to the customers that the variable customer_scope asks for. -#}
{% macro is_in_scope(country) -%}
    {%- if var('customer_scope') == 'all' -%}
        true
    {%- else -%}
        lower({{ country }}) <> {{ quoted(var('home_country') | trim | lower) }}
    {%- endif -%}
{%- endmacro %}
