{#-
    Make the relation of the source `campaigns`: the Parquet files in the folders that `make campaign`
    wrote, or no row where there are none.
-#}
{% macro read_campaigns() %}
    {{ adapter.dispatch('read_campaigns', 'customer_segments')(
        graph.sources['source.customer_segments.campaigns.members'],
        env_var('SEGMENTS_CAMPAIGNS', '') or 'campaigns'
    ) }}
{% endmacro %}

{% macro duckdb__read_campaigns(table, folder) %}
    {%- set files = quoted(folder ~ '/[A-Za-z0-9]*/*.parquet') -%}
    {%- set is_any = run_query('select count(*) from glob(' ~ files ~ ')').columns[0][0] -%}
    {%- set columns = [] -%}
    {%- for column in table.columns.values() -%}
        {%- set value = column.name if is_any else 'null' -%}
        {%- do columns.append('cast(' ~ value ~ ' as ' ~ column.data_type ~ ') as ' ~ column.name) -%}
    {%- endfor -%}
    {%- set relation = api.Relation.create(
        database=table.database, schema=table.schema, identifier=table.identifier
    ) -%}
    {%- do run_query('create schema if not exists ' ~ relation.without_identifier()) -%}
    {%- do run_query(
        'create or replace table ' ~ relation ~ ' as select ' ~ columns | join(', ')
        ~ (' from read_parquet(' ~ files ~ ', union_by_name = true)' if is_any else ' where false')
    ) -%}
{% endmacro %}

{% macro spark__read_campaigns(table, folder) %}
    {%- set columns = {} -%}
    {%- for column in table.columns.values() -%}
        {%- do columns.update({column.name: column.data_type}) -%}
    {%- endfor -%}
    {%- do adapter.call(
        'customer_segments.reading.spark_lines.write_campaign_members',
        folder,
        columns,
        table.schema ~ '.' ~ table.identifier
    ) -%}
{% endmacro %}
