{#- After an incremental Python model: dbt-duckdb leaves the table behind that it inserted from. -#}
{% macro drop_left_overs() -%}
    {{ return(adapter.dispatch('drop_left_overs')()) }}
{%- endmacro %}

{% macro default__drop_left_overs() -%}
{%- endmacro %}

{% macro duckdb__drop_left_overs() -%}
    {%- if execute -%}
        {%- set found = run_query(
            "select schema_name, table_name from duckdb_tables() where starts_with(table_name, '"
            ~ this.identifier ~ "__dbt_tmp')"
        ) -%}
        {%- for row in found.rows -%}
            {%- do run_query('drop table "' ~ row[0] ~ '"."' ~ row[1] ~ '"') -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}
