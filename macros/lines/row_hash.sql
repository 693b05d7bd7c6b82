{#- One number for several columns, to find candidates for equality; compare the columns after it. -#}
{% macro row_hash(column_names) -%}
    {{ adapter.dispatch('row_hash', 'customer_segments')(column_names) }}
{%- endmacro %}

{% macro duckdb__row_hash(column_names) -%}
    hash({{ column_names | join(', ') }})
{%- endmacro %}

{% macro spark__row_hash(column_names) -%}
    xxhash64({{ column_names | join(', ') }})
{%- endmacro %}
