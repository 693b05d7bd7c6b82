{#- Two bounds as text, `above 2,500`, `up to 40`, `above 13 and up to 310`; empty without any. -#}
{% macro bounds_text(above, up_to) -%}
    case
        when {{ above }} is not null and {{ up_to }} is not null
            then
                'above ' || {{ count_text(above) }} || ' and up to ' || {{ count_text(up_to) }}
        when {{ above }} is not null then 'above ' || {{ count_text(above) }}
        when {{ up_to }} is not null then 'up to ' || {{ count_text(up_to) }}
        else ''
    end
{%- endmacro %}
