{#-
    dbt's own question of a generic test: which rows? In a build that goes on from one that passed
    every test, those of the customers that it computed anew. After a run without some test, or with
    one that failed, nobody has vouched for the others: all rows. All rows too where `remakes_others`
    in the meta of a model says that it may compute more than touched customers.
-#}
{% macro get_where_subquery(relation) -%}
    {%- set rows = adapter.dispatch('get_where_subquery', 'dbt')(relation) -%}
    {%- if execute and flags.WHICH == 'build' -%}
        {%- for id in by_customer_models() if graph.nodes[id].relation_name == relation | string -%}
            {%- if not graph.nodes[id].config.meta.get('remakes_others')
                and goes_on_from_last_build()
                and run_query('select is_tested from raw.run').columns[0][0] -%}
                {%- do return('(select * from ' ~ rows ~ ' ' ~ touched_rows(graph.nodes[id]) ~ ')') -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {%- do return(rows) -%}
{%- endmacro %}
