{#- Before a table of what the model in force makes of customers: remove what another one made. -#}
{% macro forget_other_models() -%}
    {%- if is_going_on() -%}
        delete from {{ this }}
        where model_version not in (
            select models.model_version from {{ ref('dim_models') }} as models
            where models.is_in_force
        )
    {%- endif -%}
{%- endmacro %}
