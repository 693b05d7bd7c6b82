{#- dbt's own question, answered for models of the tag by_customer by the run: see
    create_invoice_lines_source. -#}
{% macro should_full_refresh() %}
    {%- set configured = config.get('full_refresh') -%}
    {%- if configured is not none -%}
        {%- do return(configured) -%}
    {%- endif -%}
    {%- do return(
        flags.FULL_REFRESH or ('by_customer' in model.tags and not goes_on_from_last_build())
    ) -%}
{% endmacro %}
