with best_known as (

    select stock_code
    from {{ ref('dim_items') }}
    order by customer_count desc, stock_code
    limit 1

),

order_items as (

    select distinct
        customer_id,
        invoice_id,
        stock_code
    from {{ ref('fct_sale_lines') }}
    where net_unit_count > 0

),

orders_with_it as (

    select
        order_items.customer_id,
        order_items.invoice_id,
        order_items.stock_code as best_known_code,
        count(*) over () as all_order_count
    from order_items
    inner join best_known
        on order_items.stock_code = best_known.stock_code

)

select
    items.stock_code,
    items.item_name,
    count(*) as order_count,
    count(*) / max(orders_with_it.all_order_count) as order_share
from orders_with_it
inner join order_items
    on
        orders_with_it.customer_id = order_items.customer_id
        and orders_with_it.invoice_id = order_items.invoice_id
inner join {{ ref('dim_items') }} as items
    on order_items.stock_code = items.stock_code
where order_items.stock_code <> orders_with_it.best_known_code
group by items.stock_code, items.item_name
order by order_count desc, items.stock_code
limit 5
