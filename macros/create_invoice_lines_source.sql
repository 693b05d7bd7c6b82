{#- Before a run that reads raw lines: point the source at the files, or stop with one message. -#}
{% macro create_invoice_lines_source() %}
    {%- if execute and 'model.customer_segments.stg_online_retail__invoice_lines'
        in selected_resources -%}
        {{ adapter.dispatch('create_invoice_lines_source')() }}
    {%- endif -%}
{% endmacro %}

{% macro duckdb__create_invoice_lines_source() %}
    {%- set location = env_var('INVOICE_LINES', 'data/sample/invoice_lines.csv') -%}
    {%- set described = fromjson(
        run_query(
            "select describe_invoice_files('"
            ~ location | replace("'", "''") ~ "', '"
            ~ var('date_order') | string | replace("'", "''") ~ "')"
        ).columns[0][0]
    ) -%}
    {%- if described.error -%}
        {{ exceptions.raise_compiler_error(described.error) }}
    {%- endif -%}
    {%- do run_query('create schema if not exists raw') -%}
    {%- do run_query('create or replace view raw.invoice_lines as ' ~ described.select) -%}
{% endmacro %}
