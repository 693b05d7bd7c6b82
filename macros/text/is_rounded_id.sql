{#-
    Whether a spreadsheet wrote an id as 5.36E+05: its last digits are lost, and many ids are one.
    A code such as 22E5 is none.
-#}
{% macro is_rounded_id(text) -%}
    (
        translate(upper({{ text }}), '0123456789.,+', '') = 'E'
        and translate({{ text }}, '.,+', '') <> {{ text }}
        and left({{ text }}, 1) between '0' and '9'
        and right({{ text }}, 1) between '0' and '9'
    )
{%- endmacro %}
