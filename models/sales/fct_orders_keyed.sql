{{ config(post_hook='{{ check_order_days() }}') }}
with

sale_lines as (

    select * from {{ ref('fct_sale_lines_keyed') }}

),

-- One line holds most items of an order: only the others need to be told apart.
repeated_items as (

    select
        customer_key,
        invoice_key,
        count(distinct item_key) as item_count

    from {{ ref('fct_sale_lines_keyed') }}
    where is_item_repeated and net_unit_count > 0
    group by 1, 2

),

order_totals as (

    select
        customer_key,
        invoice_key,
        count(*) filter (where net_unit_count > 0) as line_count,
        count(*) filter (where net_unit_count > 0 and not is_item_repeated) as item_count,
        sum(sold_unit_count) as sold_unit_count,
        sum(returned_unit_count) as returned_unit_count,
        sum(net_unit_count) as net_unit_count,
        sum(cast(sold_unit_count * unit_price as decimal(18, 4))) as sold_value,
        sum(net_sales) as net_sales,
        count(*) filter (
            where net_unit_count >= {{ var('wholesale_line_units') }}
        ) as wholesale_line_count,
        -- Some invoices run over two minutes: an order begins with its first line.
        min(invoiced_at) as ordered_at,
        max(invoiced_at) as last_line_at

    from sale_lines
    group by 1, 2

),

final as (

    select
        ---------- ids
        order_totals.customer_key,
        order_totals.invoice_key,

        ---------- numbers
        order_totals.line_count,
        order_totals.item_count + coalesce(repeated_items.item_count, 0) as item_count,
        cast(order_totals.sold_unit_count as bigint) as sold_unit_count,
        cast(order_totals.returned_unit_count as bigint) as returned_unit_count,
        cast(order_totals.net_unit_count as bigint) as net_unit_count,
        cast(order_totals.sold_value as decimal(18, 4)) as sold_value,
        cast(order_totals.sold_value - order_totals.net_sales as decimal(18, 4))
            as returned_value,
        cast(order_totals.net_sales as decimal(18, 4)) as net_sales,
        order_totals.wholesale_line_count,

        ---------- booleans
        order_totals.net_unit_count > 0 as has_net_units,

        ---------- dates
        order_totals.ordered_at,
        order_totals.last_line_at,
        cast(order_totals.ordered_at as date) as order_date

    from order_totals

    left join repeated_items
        on
            order_totals.customer_key = repeated_items.customer_key
            and order_totals.invoice_key = repeated_items.invoice_key

)

select * from final
