{#- An id that a spreadsheet turned into a decimal, without its `.0`. -#}
{% macro whole_number_id(expression) -%}
    case
        when {{ expression }} like '%.%' then regexp_replace({{ expression }}, '[.]0+$', '')
        else {{ expression }}
    end
{%- endmacro %}
