{#- Whether this run changes the tables of the last one, in place of making them whole. -#}
{% macro goes_on_from_last_build() -%}
    {%- do return(adapter.dispatch('goes_on_from_last_build')()) -%}
{%- endmacro %}

{% macro default__goes_on_from_last_build() -%}
    {%- do return(false) -%}
{%- endmacro %}

{% macro duckdb__goes_on_from_last_build() -%}
    {%- set run = adapter.get_relation(target.database, 'raw', 'run') -%}
    {%- do return(run is not none and run_query('select goes_on from raw.run').columns[0][0]) -%}
{%- endmacro %}
