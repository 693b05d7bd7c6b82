{#- Ids of the models whose rows belong to customers, so that a run can compute some of them anew. -#}
{% macro by_customer_models() -%}
    {%- set models = [] -%}
    {%- for node in graph.nodes.values() if 'by_customer' in node.tags -%}
        {%- do models.append(node.unique_id) -%}
    {%- endfor -%}
    {%- do return(models) -%}
{%- endmacro %}

{#- These and every model that they are made of: one that was left out would be of the last run. -#}
{% macro by_customer_models_and_parents() -%}
    {%- set models = by_customer_models() -%}
    {%- for id in models -%} {#- the list grows while it is read -#}
        {%- for parent in graph.nodes[id].depends_on.nodes
            if parent.startswith('model.') and parent not in models -%}
            {%- do models.append(parent) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- do return(models) -%}
{%- endmacro %}
