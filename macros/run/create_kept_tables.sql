{#-
    Before a run: make the tables of the source `kept` where there are none, with the columns that its
    yml declares, so that a first build reads them empty.
-#}
{% macro create_kept_tables() %}
    {%- if execute and flags.WHICH in ['build', 'run'] -%}
        {%- for table in graph.sources.values() if table.source_name == 'kept' -%}
            {%- set columns = [] -%}
            {%- for column in table.columns.values() -%}
                {%- do columns.append(column.name ~ ' ' ~ column.data_type) -%}
            {%- endfor -%}
            {%- do run_query('create schema if not exists ' ~ table.schema) -%}
            {%- do run_query(
                'create table if not exists ' ~ table.schema ~ '.' ~ table.identifier
                ~ ' (' ~ columns | join(', ') ~ ')' ~ (' using parquet' if target.type != 'duckdb' else '')
            ) -%}
            {#- dbt looked at what there is before this. -#}
            {%- do adapter.cache_added(api.Relation.create(
                database=table.database, schema=table.schema, identifier=table.identifier, type='table'
            )) -%}
        {%- endfor -%}
    {%- endif -%}
{% endmacro %}
