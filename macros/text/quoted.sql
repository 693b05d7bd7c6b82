{#- A text as an SQL literal; a quote in it stays a quote. -#}
{% macro quoted(text) -%}
    '{{ text | string | replace("'", "''") }}'
{%- endmacro %}
