{#- Whether this run makes every model and seed of the project, whatever it leaves out of the tests. -#}
{% macro is_whole_build() -%}
    {%- set made = own_nodes() | selectattr('resource_type', 'in', ['model', 'seed'])
        | map(attribute='unique_id') -%}
    {%- do return(flags.WHICH == 'build' and not made | reject('in', selected_resources) | list) -%}
{%- endmacro %}
