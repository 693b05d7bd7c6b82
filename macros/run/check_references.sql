{#-
    In another project: stop with one message if that has a model of the same name as one of these, and
    dbt reads it in the place of this one, as it does unless a flag says otherwise.
-#}
{% macro check_references() %}
    {%- set own = own_nodes() -%}
    {%- set names = own | selectattr('resource_type', 'in', ['model', 'seed']) | map(attribute='name') | list -%}
    {%- set others = [] -%}
    {%- for node in own if node.depends_on -%}
        {%- for parent in node.depends_on.nodes if parent.split('.')[1] != 'customer_segments'
            and parent in graph.nodes and graph.nodes[parent].name in names -%}
            {%- do others.append(parent) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- if others -%}
        {{ exceptions.raise_compiler_error(
            'customer_segments would read ' ~ others | unique | sort | join(', ') ~ ' in the place of its '
            ~ 'own model of that name. Set the flag require_ref_searches_node_package_before_root: true in '
            ~ 'dbt_project.yml of ' ~ project_name ~ ', or name that model otherwise.'
        ) }}
    {%- endif -%}
{% endmacro %}
