{#-
    dbt's own question of a generic test: which rows? In a build that goes on from the last one, those
    of the customers that it computed anew; the others were tested when they were.
-#}
{% macro get_where_subquery(relation) -%}
    {%- set rows = adapter.dispatch('get_where_subquery', 'dbt')(relation) -%}
    {%- if execute and flags.WHICH == 'build' -%}
        {%- for id in by_customer_models() if graph.nodes[id].relation_name == relation | string -%}
            {%- if goes_on_from_last_build() -%}
                {%- do return('(select * from ' ~ rows ~ ' ' ~ touched_rows(graph.nodes[id]) ~ ')') -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    {%- do return(rows) -%}
{%- endmacro %}
