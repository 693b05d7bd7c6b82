{#-
    At the end of a run that made every model of the tag by_customer, and all that they are made of:
    the next may go on from it.
-#}
{% macro remember_build(results) %}
    {%- if execute and flags.WHICH in ['build', 'run'] -%}
        {%- set made = [] -%}
        {%- for result in results if result.status == 'success' -%}
            {%- do made.append(result.node.unique_id) -%}
        {%- endfor -%}
        {%- if not (by_customer_models_and_parents() | reject('in', made) | list) -%}
            {{ adapter.dispatch('remember_build')() }}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}

{% macro default__remember_build() %}
{% endmacro %}

{% macro duckdb__remember_build() %}
    {%- do run_query(
        'create or replace table raw.built_families as select stock_code, product_family from '
        ~ graph.nodes['model.customer_segments.int_items'].relation_name
    ) -%}
    {%- do run_query('create or replace table raw.built_files as from raw.run_files') -%}
{% endmacro %}
