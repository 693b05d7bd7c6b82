{#-
    Make the relation of the source `campaigns`: the Parquet files in the folders that `make campaign`
    wrote, or no row where there are none.
-#}
{% macro read_campaigns() %}
    {{ adapter.dispatch('read_campaigns')(
        graph.sources['source.customer_segments.campaigns.members'],
        env_var('SEGMENTS_CAMPAIGNS', '') or 'campaigns'
    ) }}
{% endmacro %}

{% macro duckdb__read_campaigns(table, folder) %}
    {%- set files = folder ~ '/*/*.parquet' -%}
    {%- set columns = [] -%}
    {%- for column in table.columns.values() -%}
        {%- do columns.append([column.name, column.data_type]) -%}
    {%- endfor -%}
    {%- set is_any = run_query('select count(*) from glob(' ~ quoted(files) ~ ')').columns[0][0] -%}
    {%- set select = [] -%}
    {%- for name, type in columns -%}
        {%- do select.append('cast(' ~ (name if is_any else 'null') ~ ' as ' ~ type ~ ') as ' ~ name) -%}
    {%- endfor -%}
    {%- do run_query('create schema if not exists warehouse.' ~ table.schema) -%}
    {%- do run_query(
        'create or replace table warehouse.' ~ table.schema ~ '.' ~ table.identifier
        ~ ' as select ' ~ select | join(', ')
        ~ (' from read_parquet(' ~ quoted(files) ~ ', union_by_name = true)' if is_any
           else ' where false')
    ) -%}
{% endmacro %}

{% macro spark__read_campaigns(table, folder) %}
    {%- do adapter.call(
        'customer_segments.reading.spark_lines.write_campaign_members',
        folder,
        table.columns.values() | map(attribute='name') | list,
        table.schema ~ '.' ~ table.identifier
    ) -%}
{% endmacro %}
