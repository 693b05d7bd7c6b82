{#- Whether a text is null, or nothing but blanks or a word that stands for nothing. -#}
{% macro is_blank(text) -%}
    {{ blank_to_null(trimmed("coalesce(" ~ text ~ ", '')")) }} is null
{%- endmacro %}
