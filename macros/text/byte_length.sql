{#- How many bytes a text has in UTF-8. -#}
{% macro byte_length(text) -%}
    {{ adapter.dispatch('byte_length', 'customer_segments')(text) }}
{%- endmacro %}

{% macro duckdb__byte_length(text) -%}
    strlen({{ text }})
{%- endmacro %}

{% macro spark__byte_length(text) -%}
    octet_length({{ text }})
{%- endmacro %}
