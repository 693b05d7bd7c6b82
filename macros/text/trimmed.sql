{#-
    A text as people see it, without blanks around it: every kind of blank is a space, and characters
    without a width are gone. Most texts have neither, which is quick to tell: in plain ASCII a
    character is a byte.
-#}
{% macro trimmed(text) -%}
    {%- set blanks = '\t\n\r\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009'
        ~ '\u200a\u2028\u2029\u202f\u205f\u3000' -%}
    {%- set invisible = '\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff' -%}
    trim(
        case
            when
                {{ byte_length(text) }} = length({{ text }})
                and not contains({{ text }}, '{{ blanks[0] }}')
                and not contains({{ text }}, '{{ blanks[1] }}')
                and not contains({{ text }}, '{{ blanks[2] }}')
                then {{ text }}
            else translate({{ text }}, '{{ blanks ~ invisible }}', '{{ ' ' * blanks | length }}')
        end
    )
{%- endmacro %}
