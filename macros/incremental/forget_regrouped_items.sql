{#-
    Before a table of customers and product families: remove the customers who have an item that the
    last build had in another family.
-#}
{% macro forget_regrouped_items() -%}
    {%- if is_going_on() -%}
        delete from {{ this }}
        where customer_id in (
            select customer_items.customer_id
            from {{ ref('fct_customer_items') }} as customer_items
            inner join (
                select coalesce(families.stock_code, built.stock_code) as stock_code
                from {{ ref('int_items') }} as families
                full outer join raw.built_families as built
                    on families.stock_code = built.stock_code
                where families.product_family is distinct from built.product_family
            ) as regrouped
                on customer_items.stock_code = regrouped.stock_code
        )
    {%- endif -%}
{%- endmacro %}
