{#-
    Before a run that makes models of the tag by_customer: point the source at the files, or stop
    with one message that says what is wrong with them.

    A run that makes all these models, and all that they are made of, goes on from the last one, if
    that had the same project and variables: it reads the files that are new or changed, and computes anew the customers whose
    lines these hold, or the files that are gone. Any other run makes its models whole.
-#}
{% macro create_invoice_lines_source() %}
    {%- if execute and flags.WHICH in ['build', 'run'] -%}
        {%- set needed = by_customer_models_and_parents() -%}
        {%- if by_customer_models() | select('in', selected_resources) | list -%}
            {{ adapter.dispatch('create_invoice_lines_source')(
                reads_lines='model.customer_segments.stg_online_retail__invoice_lines'
                in selected_resources,
                may_go_on=not (needed | reject('in', selected_resources) | list or flags.FULL_REFRESH)
            ) }}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}

{% macro duckdb__create_invoice_lines_source(reads_lines, may_go_on) %}
    {%- do run_query('create schema if not exists raw') -%}
    {%- set settings = build_settings() -%}
    {%- set built = {} -%}
    {%- set staging = graph.nodes['model.customer_segments.stg_online_retail__invoice_lines'] -%}
    {#- Not by adapter.get_relation, which opens a transaction that dbt rolls back. -#}
    {%- set tables = run_query(
        "select count(*) from duckdb_tables() where (schema_name, table_name) in (('raw', "
        ~ "'built_files'), (" ~ quoted(staging.schema) ~ ', ' ~ quoted(staging.alias) ~ '))'
    ).columns[0][0] -%}
    {%- if may_go_on and tables == 2 -%}
        {%- for row in run_query(
            'select file_path, file_version from raw.built_files where settings = '
            ~ quoted(settings)
        ).rows -%}
            {%- do built.update({row[0]: row[1]}) -%}
        {%- endfor -%}
    {%- endif -%}
    {%- do run_query(
        'create table if not exists raw.publication (file_version string); '
        ~ 'alter table raw.publication add column if not exists is_tested boolean'
    ) -%}
    {%- do run_query(
        'create or replace table raw.run as select ' ~ (built | length > 0) ~ ' as goes_on, '
        ~ 'max(file_version) as published_version, '
        ~ 'coalesce(bool_and(is_tested), false) as is_tested from raw.publication'
    ) -%}
    {#- Until this run is through, none may go on from what it leaves. -#}
    {%- do run_query('drop table if exists raw.built_files') -%}
    {%- do run_query('delete from raw.publication') -%}
    {%- if reads_lines -%}
        {{ describe_invoice_files(settings, built) }}
    {%- endif -%}
{% endmacro %}

{% macro describe_invoice_files(settings, built) %}
    {%- set location = env_var('INVOICE_LINES', 'data/sample/invoice_lines.csv') -%}
    {%- set described = run_query(
        'select describe_invoice_files(' ~ quoted(location) ~ ', ' ~ quoted(var('date_order'))
        ~ ', ' ~ quoted(tojson(built)) ~ ')'
    ).columns[0][0] -%}
    {%- set files = fromjson(described) -%}
    {%- if files.error -%}
        {{ exceptions.raise_compiler_error(files.error) }}
    {%- endif -%}
    {%- do run_query('create or replace view raw.invoice_lines as ' ~ files.select) -%}
    {%- set json = 'cast(' ~ quoted(described) ~ ' as json)' -%}
    {%- do run_query(
        "create or replace table raw.run_files as select key as file_path, "
        ~ "value ->> '$' as file_version, " ~ quoted(settings) ~ " as settings, "
        ~ "key in (select value ->> '$' from json_each(" ~ json ~ ", '$.new')) as is_new "
        ~ "from json_each(" ~ json ~ ", '$.versions')"
    ) -%}
    {%- do run_query(
        "create or replace table raw.gone_files as select value ->> '$' as file_path "
        ~ "from json_each(" ~ json ~ ", '$.gone')"
    ) -%}
{% endmacro %}

{#- Every run reads all files and makes its models whole. -#}
{% macro spark__create_invoice_lines_source(reads_lines, may_go_on) %}
    {%- if reads_lines -%}
        {%- set error = adapter.call(
            'customer_segments.reading.spark_lines.write_invoice_lines',
            env_var('INVOICE_LINES', 'data/sample/invoice_lines.csv'),
            var('date_order'),
            'raw.invoice_lines'
        ) -%}
        {%- if error -%}
            {{ exceptions.raise_compiler_error(error) }}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}
