{#- What an item adds to each component of its buyers, one row per item that the model knows. -#}
{% macro taste_item_weights(model) %}
select
    stock_code,
    {{ each_component(
        "max(value) filter (where parameter = 'idf') "
        ~ "* max(value) filter (where parameter = 'loading' and component = #) as weight_#"
    ) | indent(4) }}
from {{ model }}
where stock_code is not null
group by 1
{% endmacro %}
