{#- Text without blanks around it; null when nothing is left, or only a word that stands for it. -#}
{% macro blank_to_null(column_name) -%}
    case
        when not {{ is_one_of('lower(trim(' ~ column_name ~ '))', ['', 'nan', 'null', 'none', 'n/a']) }}
            then trim({{ column_name }})
    end
{%- endmacro %}
