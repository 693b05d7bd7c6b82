{#-
    Before a build of a part of the project: stop with one message if a table that it reads and does
    not make is missing, as before a first whole build, or in a warehouse of another version.
-#}
{% macro check_parents() %}
    {%- set missing = [] -%}
    {%- for id in selected_own_nodes() if id.startswith('model.') and not flags.DEFER -%}
        {%- for parent in graph.nodes[id].depends_on.nodes
            if parent in graph.nodes and parent not in selected_resources -%}
            {%- set node = graph.nodes[parent] -%}
            {%- if node.config.materialized != 'ephemeral' and load_cached_relation(api.Relation.create(
                database=node.database, schema=node.schema, identifier=node.alias
            )) is none -%}
                {%- do missing.append(node.name) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- if missing -%}
        {{ exceptions.raise_compiler_error(
            'This part of a build reads tables that no whole build has made here: '
            ~ missing | unique | sort | join(', ') ~ '. Run `make build` or `dbt build` first, or '
            ~ 'select what they are made of too, with a + before each name.'
        ) }}
    {%- endif -%}
{% endmacro %}
