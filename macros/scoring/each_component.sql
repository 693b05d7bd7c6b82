{#- The expression for each component of the taste axis, # being its number, with commas or so between. -#}
{% macro each_component(expression, separator=',') -%}
    {%- set found = [] -%}
    {%- for component in range(1, component_count() + 1) -%}
        {%- do found.append(expression | replace('#', component)) -%}
    {%- endfor -%}
    {%- do return(found | join(separator ~ '\n')) -%}
{%- endmacro %}

{#- How many components the taste axis has. -#}
{% macro component_count() -%}
    {%- do return(var('taste_component_count')) -%}
{%- endmacro %}
