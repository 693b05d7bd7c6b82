{#- A number for each line that a build adds, in the order of the files, beyond those there are. -#}
{% macro next_line_id() -%}
    {%- if is_going_on() -%}
        (select coalesce(max(numbered.line_id), 0) from {{ this }} as numbered) +
    {% endif -%}
    line_number
{%- endmacro %}
