{#- A number for each line that a build adds, in the order of the files, beyond those there are. -#}
{% macro next_line_id() -%}
    {{ adapter.dispatch('next_line_id')() }}
{%- endmacro %}

{% macro duckdb__next_line_id() -%}
    {%- if is_going_on() -%}
        (select coalesce(max(numbered.line_id), 0) from {{ this }} as numbered) +
    {%- endif %} row_number() over ()
{%- endmacro %}

{#- Spark knows no order of rows, so the lines come numbered: see spark_lines.py. -#}
{% macro spark__next_line_id() -%}
    line_number
{%- endmacro %}
