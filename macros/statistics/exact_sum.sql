{#- Sum of doubles, to six decimals: decimals add up to the same sum in any order, doubles do not. -#}
{% macro exact_sum(term) -%}
    cast(sum(cast({{ term }} as decimal(38, 6))) as double)
{%- endmacro %}
