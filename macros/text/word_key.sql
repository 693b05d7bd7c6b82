{#- A word to look up, whether it is written Walk-in, walk in or WALK_IN: walk in. -#}
{% macro word_key(text) -%}
    replace(trim(translate(lower({{ text }}), '-_./', '    ')), '  ', ' ')
{%- endmacro %}
