{#- Of this project's nodes only: in the files that builds write, or where the target is. -#}
{% macro generate_database_name(custom_database_name, node) -%}
    {{ custom_database_name if custom_database_name and builds_files() else target.database }}
{%- endmacro %}
