{#- Of this project's nodes only: in the files that builds write, or where the target is. -#}
{% macro generate_database_name(custom_database_name, node) -%}
    {%- if builds_files() and custom_database_name -%}
        {%- do _check_attached() -%}
    {%- endif -%}
    {{ custom_database_name if custom_database_name and builds_files() else target.database }}
{%- endmacro %}

{#- dbt looks for schemas before any hook runs, and would only say that there is no such catalog. -#}
{% macro _check_attached() %}
    {%- set names = (target.get('attach') or []) | map(attribute='alias') | list -%}
    {%- if not ('warehouse' in names and 'marts' in names) -%}
        {{ exceptions.raise_compiler_error(
            'Profile ' ~ target.profile_name ~ ' attaches no databases `warehouse` and `marts`, which '
            ~ 'each whole build of customer_segments empties: attach them as its own profiles.yml does, '
            ~ 'or set the variable publish: false, to make tables where the target is.'
        ) }}
    {%- endif -%}
{% endmacro %}
