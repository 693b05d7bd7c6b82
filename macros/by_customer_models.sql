{#- Ids of the models whose rows belong to customers, so that a run can compute some of them anew. -#}
{% macro by_customer_models() -%}
    {%- set models = [] -%}
    {%- for node in graph.nodes.values() if 'by_customer' in node.tags -%}
        {%- do models.append(node.unique_id) -%}
    {%- endfor -%}
    {%- do return(models) -%}
{%- endmacro %}
