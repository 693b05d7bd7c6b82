{#-
    Whether a text is one of these words, none of which has a comma. Not `in`: DuckDB joins a list of
    five and more, and then looks at the text of each line, not once at each that a column has.
-#}
{% macro is_one_of(text, words) -%}
    array_contains(split('{{ words | join(',') }}', ','), {{ text }})
{%- endmacro %}
