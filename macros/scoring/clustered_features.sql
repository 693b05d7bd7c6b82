{#- The columns of fct_customer_features that the behaviour axis clusters, in the order of the variable. -#}
{% macro clustered_features() -%}
    {%- do return(var('behaviour_features')) -%}
{%- endmacro %}
