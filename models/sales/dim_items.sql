with

customer_items as (

    select * from {{ ref('fct_customer_items') }}

),

items as (

    select * from {{ ref('int_items') }}

),

item_totals as (

    select
        stock_code,
        count(*) as customer_count,
        cast(sum(order_count) as bigint) as order_count,
        cast(sum(net_unit_count) as bigint) as net_unit_count,
        cast(sum(net_sales) as decimal(18, 4)) as net_sales

    from customer_items
    group by 1

),

final as (

    select
        ---------- ids
        item_totals.stock_code,

        ---------- strings
        items.item_name,
        coalesce(items.product_family, 'Other') as product_family,

        ---------- numbers
        item_totals.customer_count,
        item_totals.order_count,
        item_totals.net_unit_count,
        item_totals.net_sales,
        cast(item_totals.net_sales as double) / item_totals.net_unit_count
            as average_unit_price

    from item_totals

    left join items
        on item_totals.stock_code = items.stock_code

)

select * from final
