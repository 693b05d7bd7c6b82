{#-
    Before the first model: look at the invoice files, and stop with one message if they cannot be
    read; a whole build then starts from empty files, and any other has to find what it reads. What
    is kept from build to build is read into the source `kept`.
-#}
{% macro start_build() %}
    {%- if execute and flags.WHICH in ['build', 'run'] and selected_own_nodes() -%}
        {%- do check_references() -%}
        {%- set readers = own_nodes() | selectattr('depends_on.nodes', 'defined')
            | selectattr('unique_id', 'in', selected_resources)
            | map(attribute='depends_on.nodes') | sum(start=[]) -%}
        {%- set reads_lines = 'source.customer_segments.online_retail.invoice_lines' in readers -%}
        {{ adapter.dispatch('start_build', 'customer_segments')(reads_lines) }}
    {%- endif -%}
{% endmacro %}

{% macro duckdb__start_build(reads_lines) %}
    {%- do check_plugin(reads_lines) -%}
    {%- if builds_files() -%}
        {%- set problem = run_query('select problem_with_files()').columns[0][0] -%}
        {%- if problem -%}
            {{ exceptions.raise_compiler_error(problem) }}
        {%- endif -%}
    {%- endif -%}
    {%- set lines = describe_invoice_lines() if reads_lines -%}
    {%- if not is_whole_build() -%}
        {%- do check_parents() -%}
    {%- endif -%}
    {%- if builds_files() -%}
        {%- do adopt_older_models() -%}
        {%- if is_whole_build() -%}
            {%- do empty_databases() -%}
        {%- endif -%}
        {%- do read_kept() -%}
    {%- else -%}
        {%- do create_kept_tables() -%}
    {%- endif -%}
    {%- do read_campaigns() -%}
    {%- if reads_lines -%}
        {%- set source = graph.sources['source.customer_segments.online_retail.invoice_lines'] -%}
        {%- set schema = api.Relation.create(
            database=source.database, schema=source.schema
        ).without_identifier() -%}
        {%- do run_query('create schema if not exists ' ~ schema) -%}
        {#- Staging looks at the lines several times. -#}
        {%- set select = lines.select -%}
        {%- if lines.is_table -%}
            {%- do run_query('create or replace table ' ~ schema ~ '.read_lines as ' ~ select) -%}
            {%- set select = 'select * from ' ~ schema ~ '.read_lines' -%}
        {%- endif -%}
        {%- do run_query('create or replace view ' ~ schema ~ '.invoice_lines as ' ~ select) -%}
        {%- do run_query(
            "create or replace table " ~ schema ~ ".reading_notes as select nullif("
            ~ quoted(lines.notes | join('\n')) ~ ", '') as notes"
        ) -%}
        {%- for note in lines.notes -%}
            {%- do log(note, info=true) -%}
        {%- endfor -%}
    {%- endif -%}
{% endmacro %}

{#- Spark replaces its tables one by one, and keeps models among them. -#}
{% macro spark__start_build(reads_lines) %}
    {%- if not is_whole_build() -%}
        {%- do check_parents() -%}
    {%- endif -%}
    {%- do create_kept_tables() -%}
    {%- do read_campaigns() -%}
    {%- if reads_lines -%}
        {%- set source = graph.sources['source.customer_segments.online_retail.invoice_lines'] -%}
        {%- set error = adapter.call(
            'customer_segments.reading.spark_lines.write_invoice_lines',
            env_var('INVOICE_LINES', 'data/sample/invoice_lines.csv'),
            reading_settings(),
            source.schema ~ '.invoice_lines',
            source.schema ~ '.reading_notes'
        ) -%}
        {%- if error -%}
            {{ exceptions.raise_compiler_error(error) }}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}

{#- The select that reads the lines of the files that INVOICE_LINES names, and whether it is to run only once. -#}
{% macro describe_invoice_lines() %}
    {%- set found = fromjson(run_query(
        'select describe_invoice_lines('
        ~ quoted(env_var('INVOICE_LINES', 'data/sample/invoice_lines.csv')) ~ ', '
        ~ quoted(tojson(reading_settings())) ~ ')'
    ).columns[0][0]) -%}
    {%- if found.error -%}
        {{ exceptions.raise_compiler_error(found.error) }}
    {%- endif -%}
    {%- do return(found) -%}
{% endmacro %}

{#- The variables that say how files are read. -#}
{% macro reading_settings() %}
    {%- do return({
        'date_order': var('date_order'),
        'columns': var('columns'),
        'default_country': var('default_country'),
        'text_encoding': var('text_encoding'),
    }) -%}
{% endmacro %}
