{#- An id that a spreadsheet turned into a decimal, without its `.0`. -#}
{% macro whole_number_id(expression) -%}
    regexp_replace({{ expression }}, '[.]0+$', '')
{%- endmacro %}
