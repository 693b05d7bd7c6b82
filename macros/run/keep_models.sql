{#-
    What is kept from build to build, in a file of its own on DuckDB (SEGMENTS_MODELS): the models
    fitted so far, and the rows of the last backtest. Builds see a copy, the source `kept`, and only a
    whole build that has passed adds to the file: no other run, and none that is run twice, leaves a trace.
-#}

{% macro kept_sources() %}
    {%- do return(
        graph.sources.values() | selectattr('package_name', 'equalto', 'customer_segments')
        | selectattr('source_name', 'equalto', 'kept') | list
    ) -%}
{% endmacro %}

{#- Make the tables of the source where there are none, with the columns that its yml declares. -#}
{% macro create_kept_tables() %}
    {%- for table in kept_sources() -%}
        {%- set kept = _kept(table) -%}
        {%- do run_query('create schema if not exists ' ~ kept.without_identifier()) -%}
        {%- do run_query(_create_kept(kept, table)) -%}
        {#- dbt looked at what there is before this. -#}
        {%- do adapter.cache_added(kept) -%}
    {%- endfor -%}
{% endmacro %}

{#- Not by source(), which `--empty` makes a query. -#}
{% macro _kept(table) %}
    {%- do return(api.Relation.create(
        database=table.database, schema=table.schema, identifier=table.identifier, type='table'
    )) -%}
{% endmacro %}

{% macro _create_kept(name, table) %}
    {%- set columns = [] -%}
    {%- for column in table.columns.values() -%}
        {%- do columns.append(column.name ~ ' ' ~ column.data_type) -%}
    {%- endfor -%}
    {%- do return(
        'create table if not exists ' ~ name ~ ' (' ~ columns | join(', ') ~ ')'
        ~ (' using parquet' if target.type != 'duckdb' else '')
    ) -%}
{% endmacro %}

{#- Copy the file into the source. -#}
{% macro read_kept() %}
    {%- do create_kept_tables() -%}
    {%- do attach_kept_file() -%}
    {%- for table in kept_sources() -%}
        {%- set kept = _kept(table) -%}
        {%- do run_query('delete from ' ~ kept) -%}
        {%- do run_query('insert into ' ~ kept ~ ' by name from kept_file.' ~ table.identifier) -%}
    {%- endfor -%}
    {%- do detach_kept_file() -%}
{% endmacro %}

{#- Add the models that this build fitted to those that are kept. -#}
{% macro keep_models() %}
    {%- set models = graph.nodes['model.customer_segments.ml_kmeans_parameters'].relation_name -%}
    {%- if builds_files() -%}
        {%- do _keep_in_file(models) -%}
    {%- else -%}
        {%- do run_query(_insert_models(source('kept', 'ml_kmeans_parameters'), models)) -%}
    {%- endif -%}
{% endmacro %}

{% macro _keep_in_file(models) %}
    {%- set kept = 'kept_file.ml_kmeans_parameters' -%}
    {%- do attach_kept_file() -%}
    {%- set others = run_query(
        'select distinct model_version from (from ' ~ models ~ ' except from ' ~ kept
        ~ ') where model_version in (select model_version from ' ~ kept ~ ') order by 1'
    ).columns[0].values() -%}
    {%- if not others -%}
        {%- do run_query(_insert_models(kept, models)) -%}
    {%- endif -%}
    {%- do detach_kept_file() -%}
    {%- if others -%}
        {{ exceptions.raise_compiler_error(
            'Another build stored a model of version ' ~ others | join(', ') ~ ' in '
            ~ kept_file() ~ ' while this one was fitting its own. Nothing was published: build again.'
        ) }}
    {%- endif -%}
{% endmacro %}

{% macro _insert_models(kept, models) %}
    {%- do return(
        'insert into ' ~ kept ~ ' select * from ' ~ models
        ~ ' where model_version not in (select model_version from ' ~ kept ~ ')'
    ) -%}
{% endmacro %}

{% macro kept_file() %}
    {%- do return(env_var('SEGMENTS_MODELS', '') or 'models.duckdb') -%}
{% endmacro %}

{#- Another build that has it attached at this moment is waited for. A new one is for any DuckDB. -#}
{% macro attach_kept_file() %}
    {%- do run_query('select lock_file(' ~ quoted(kept_file()) ~ ')') -%}
    {%- set is_there = run_query('select file_exists(' ~ quoted(kept_file()) ~ ')').columns[0][0] -%}
    {%- do run_query(
        'attach ' ~ quoted(kept_file()) ~ ' as kept_file'
        ~ ("" if is_there else " (storage_version 'v1.0.0')")
    ) -%}
    {%- for table in kept_sources() -%}
        {%- do run_query(_create_kept('kept_file.' ~ table.identifier, table)) -%}
    {%- endfor -%}
{% endmacro %}

{% macro detach_kept_file() %}
    {%- do run_query('detach kept_file') -%}
    {%- do run_query('select unlock_file(' ~ quoted(kept_file()) ~ ')') -%}
{% endmacro %}
