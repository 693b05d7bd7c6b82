{#-
    A text of a file as a message or a log may have it: what nobody can see, or what would move the
    cursor or turn the direction of the line, is written out, such as \u00a0; a long one is cut off.
-#}
{% macro shown(text) %}
    {%- set most = 80 -%}
    {%- set characters = [] -%}
    {%- for character in (text | string)[:most] -%}
        {%- do characters.append(character if character.isprintable() else tojson(character)[1:-1]) -%}
    {%- endfor -%}
    {%- do return(characters | join ~ (' ...' if text | string | length > most else '')) -%}
{% endmacro %}
