with

sale_lines as (

    select * from {{ ref('fct_sale_lines_keyed') }}

),

-- Of most orders one line holds the item: only the others need to be told apart.
repeated_items as (

    select
        customer_key,
        item_key,
        count(distinct invoice_key) as order_count

    from {{ ref('fct_sale_lines_keyed') }}
    where is_item_repeated and net_unit_count > 0
    group by 1, 2

),

item_totals as (

    select
        customer_key,
        item_key,
        count(*) filter (where not is_item_repeated) as order_count,
        count(*) as line_count,
        sum(net_unit_count) as net_unit_count,
        sum(net_sales) as net_sales,
        min(invoiced_at) as first_invoiced_at,
        max(invoiced_at) as last_invoiced_at

    from sale_lines
    where net_unit_count > 0
    group by 1, 2

),

final as (

    select
        ---------- ids
        item_totals.customer_key,
        item_totals.item_key,

        ---------- numbers
        item_totals.order_count + coalesce(repeated_items.order_count, 0) as order_count,
        item_totals.line_count,
        cast(item_totals.net_unit_count as bigint) as net_unit_count,
        cast(item_totals.net_sales as decimal(18, 4)) as net_sales,

        ---------- dates
        cast(item_totals.first_invoiced_at as date) as first_bought_date,
        cast(item_totals.last_invoiced_at as date) as last_bought_date

    from item_totals

    left join repeated_items
        on
            item_totals.customer_key = repeated_items.customer_key
            and item_totals.item_key = repeated_items.item_key

)

select * from final
