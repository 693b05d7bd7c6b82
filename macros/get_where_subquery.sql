{#-
    dbt's own question of a generic test: which rows? In a build that goes on from one that passed and
    was published, those of the customers that it computed anew. After a run without tests, or with
    one that failed, nobody has vouched for the others: all rows.
-#}
{% macro get_where_subquery(relation) -%}
    {%- set rows = adapter.dispatch('get_where_subquery', 'dbt')(relation) -%}
    {%- if execute and flags.WHICH == 'build' -%}
        {%- for id in by_customer_models() if graph.nodes[id].relation_name == relation | string -%}
            {%- if goes_on_from_last_build()
                and run_query('select published_version is not null from raw.run').columns[0][0] -%}
                {%- do return('(select * from ' ~ rows ~ ' ' ~ touched_rows(graph.nodes[id]) ~ ')') -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {%- do return(rows) -%}
{%- endmacro %}
