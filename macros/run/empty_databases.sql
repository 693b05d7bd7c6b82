{#-
    Put an empty file in the place of each that models are written to. A table that is dropped leaves
    its bytes behind in the file, and nothing that an earlier build made may decide what this one does.
-#}
{% macro empty_databases() %}
    {%- for database in run_query(
        "select database_name, path, replace(tags['storage_version'], '+', '') "
        ~ "from duckdb_databases() where database_name in ('warehouse', 'marts')"
    ).rows -%}
        {%- do run_query('detach ' ~ database[0]) -%}
        {%- do run_query('select remove_database(' ~ quoted(database[1]) ~ ')') -%}
        {%- do run_query(
            'attach ' ~ quoted(database[1]) ~ ' as ' ~ database[0]
            ~ ' (storage_version ' ~ quoted(database[2]) ~ ')'
        ) -%}
    {%- endfor -%}
    {#- dbt made the schemas, and looked at what is in them, before this. -#}
    {%- set schemas = [] -%}
    {%- for node in own_nodes() if node.resource_type in ['model', 'seed'] -%}
        {%- do adapter.cache_dropped(api.Relation.create(
            database=node.database, schema=node.schema, identifier=node.alias
        )) -%}
        {%- do schemas.append(node.database ~ '.' ~ node.schema) -%}
    {%- endfor -%}
    {%- for schema in schemas | unique -%}
        {%- do run_query('create schema if not exists ' ~ schema) -%}
    {%- endfor -%}
{% endmacro %}
