{#- A number that is unique among the rows of a stored table: its place in the table. -#}
{% macro row_id() -%}
    {{ adapter.dispatch('row_id')() }}
{%- endmacro %}

{% macro duckdb__row_id() -%}
    rowid
{%- endmacro %}
