{#- Models, seeds and tests of this project, and none of the project that it is a package of. -#}
{% macro own_nodes() %}
    {%- do return(
        graph.nodes.values() | selectattr('package_name', 'equalto', 'customer_segments') | list
    ) -%}
{% endmacro %}

{#- Ids of those that this run makes or tests. -#}
{% macro selected_own_nodes() %}
    {%- set selected = [] -%}
    {%- for id in selected_resources if id.split('.')[1] == 'customer_segments' -%}
        {%- do selected.append(id) -%}
    {%- endfor -%}
    {%- do return(selected) -%}
{% endmacro %}
