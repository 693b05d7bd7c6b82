{#-
    Text without blanks around it; null when nothing is left, or only a word that stands for it: one of
    those below, or of `or_words`, in small letters.
-#}
{% macro blank_to_null(column_name, or_words=[]) -%}
    {%- set nothing = ['', 'nan', 'null', 'none', 'n/a'] + or_words -%}
    case
        when not {{ is_one_of('lower(trim(' ~ column_name ~ '))', nothing) }}
            then trim({{ column_name }})
    end
{%- endmacro %}
