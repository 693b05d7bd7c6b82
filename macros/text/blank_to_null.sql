{#-
    A text, or null when nothing is left or only a word that stands for it: one of those below, such as
    what a spreadsheet writes for an error, or of `or_words`, in small letters.
-#}
{% macro blank_to_null(text, or_words=[]) -%}
    {%- set errors = ['#n/a', '#null!', '#ref!', '#value!', '#name?', '#num!', '#div/0!'] -%}
    {%- set nothing = ['', '-', 'nan', 'null', 'none', 'n/a'] + errors + or_words -%}
    case when not {{ is_one_of('lower(' ~ text ~ ')', nothing) }} then {{ text }} end
{%- endmacro %}
