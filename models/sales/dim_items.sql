with

customer_items as (

    select * from {{ ref('fct_customer_items_keyed') }}

),

items as (

    select * from {{ ref('int_items') }}

),

stock_codes as (

    select * from {{ ref('dim_stock_codes') }}

),

item_totals as (

    select
        item_key,
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
        stock_codes.stock_code,

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

    inner join stock_codes
        on item_totals.item_key = stock_codes.item_key

    left join items
        on item_totals.item_key = items.item_key

)

select * from final
