{#- In a model: whether its table stays and only touched customers are computed. Not in unit tests,
    which have no table. -#}
{% macro is_going_on() -%}
    {%- do return(this is not none and is_incremental()) -%}
{%- endmacro %}
