{#-
    An id as the shop knows it, from its trimmed text: without what keeps spreadsheets from reading it
    (="536370", '536370), and without the decimals that one added to a whole number (536370.0).
-#}
{% macro whole_number_id(text) -%}
    {%- set guards = '=' ~ "'" ~ '"' -%}
    {%- set unguarded -%}
    case
        when left({{ text }}, 1) in ('=', '"', {{ quoted("'") }})
            then
                trim(
                    regexp_replace(
                        regexp_replace({{ text }}, {{ quoted('^[' ~ guards ~ ']+') }}, ''),
                        {{ quoted('[' ~ guards ~ ']+$') }},
                        ''
                    )
                )
        else {{ text }}
    end
    {%- endset -%}
    case
        when
            ({{ text }} like '%.0%' or {{ text }} like '%,0%')
            and translate({{ unguarded }}, '0123456789.,-', '') = ''
            then regexp_replace({{ unguarded }}, '([.]0+|,00?)$', '')
        else {{ unguarded }}
    end
{%- endmacro %}
