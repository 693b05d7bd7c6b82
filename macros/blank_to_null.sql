{#- Text without blanks around it; null when nothing is left, or only the word nan for nothing. -#}
{% macro blank_to_null(column_name) -%}
    nullif(nullif(trim({{ column_name }}), ''), 'nan')
{%- endmacro %}
