{#-
    What a column of fct_customer_features is counted in, by the variable feature_units: days, count,
    money or share; '' when nothing says so. As unit_of in Python.
-#}
{% macro feature_unit(name) -%}
    {#- Called before check_variables has looked at the variable. -#}
    {%- set units = var('feature_units') -%}
    {%- for unit in units if units is mapping and name in (units[unit] or []) -%}
        {%- do return(unit) -%}
    {%- endfor -%}
    {%- do return('') -%}
{%- endmacro %}
