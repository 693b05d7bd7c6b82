{#- The expression for each feature of the behaviour axis, # being its name, with commas or so between. -#}
{% macro each_feature(expression, separator=',') -%}
    {%- set found = [] -%}
    {%- for feature in clustered_features() -%}
        {%- do found.append(expression | replace('#', feature)) -%}
    {%- endfor -%}
    {%- do return(found | join(separator ~ '\n')) -%}
{%- endmacro %}
