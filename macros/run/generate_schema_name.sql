{#-
    Of this project's nodes only. A schema is called what dbt_project.yml says, without the target's
    name before it; a prefix keeps them apart from those of the project that this is a package of.
-#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- set prefix = var('schema_prefix') -%}
    {%- if custom_schema_name -%}
        {{ prefix ~ custom_schema_name | trim }}
    {%- else -%}
        {{ prefix ~ 'marts' if prefix else target.schema }}
    {%- endif -%}
{%- endmacro %}
