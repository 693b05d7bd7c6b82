{#- Keep rows whose customer this run computes anew; when it makes the table whole, all of them. -#}
{% macro of_touched_customers() -%}
    {%- if is_going_on() -%} {{ touched_rows(model) }} {%- endif -%}
{%- endmacro %}
