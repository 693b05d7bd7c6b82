{#- A share as text for sentences: 0.134 is 13 %; what would round to nothing is under 1 %. -#}
{% macro percent_text(share) -%}
    case
        when {{ share }} > 0 and {{ share }} < 0.005 then 'under 1 %'
        else {{ count_text('100 * ' ~ share) }} || ' %'
    end
{%- endmacro %}
