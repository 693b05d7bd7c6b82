{#- What decides the tables beside the invoice lines, as text: the project and its variables. -#}
{% macro build_settings() -%}
    {%- set variables = {} -%}
    {%- for name, value in (invocation_args_dict.get('vars') or {}).items() -%}
        {#- These decide nothing about customers' lines. -#}
        {%- if name not in ['refit', 'diagnostics'] -%}
            {#- As text: YAML reads as_of: 2011-09-01 as a date, which JSON has not. -#}
            {%- do variables.update({name: value | string}) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- do return(
        run_query('select project_version()').columns[0][0] ~ ' ' ~ tojson(variables, sort_keys=true)
    ) -%}
{%- endmacro %}
