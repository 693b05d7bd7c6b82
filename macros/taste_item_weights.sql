{#- What an item adds to each component of its buyers, one row per item that the model knows. -#}
{% macro taste_item_weights(model) %}
select
    stock_code,
    {%- for component in range(1, var('taste_component_count') + 1) %}
    max(value) filter (where parameter = 'idf')
    * max(value) filter (
        where parameter = 'loading' and component = {{ component }}
    ) as weight_{{ component }}{{ ',' if not loop.last }}
    {%- endfor %}
from {{ model }}
where stock_code is not null
group by 1
{% endmacro %}
