{{ config(post_hook='{{ check_order_days() }}') }}
with

sale_lines as (

    select * from {{ ref('fct_sale_lines_keyed') }}

),

final as (

    select
        ---------- ids
        customer_key,
        invoice_key,

        ---------- numbers
        count(*) filter (where net_unit_count > 0) as line_count,
        -- One line holds most items of an order: only the others need to be told apart.
        count(*) filter (where net_unit_count > 0 and not is_item_repeated)
        + count(distinct item_key) filter (
            where net_unit_count > 0 and is_item_repeated
        ) as item_count,
        cast(sum(sold_unit_count) as bigint) as sold_unit_count,
        cast(sum(returned_unit_count) as bigint) as returned_unit_count,
        cast(sum(net_unit_count) as bigint) as net_unit_count,
        cast(sum(sold_value) as decimal(18, 4)) as sold_value,
        cast(sum(returned_value) as decimal(18, 4)) as returned_value,
        cast(sum(net_sales) as decimal(18, 4)) as net_sales,
        count(*) filter (
            where net_unit_count >= {{ var('wholesale_line_units') }}
        ) as wholesale_line_count,

        ---------- booleans
        sum(net_unit_count) > 0 as has_net_units,

        ---------- dates
        -- Some invoices run over two minutes: an order begins with its first line.
        min(invoiced_at) as ordered_at,
        max(invoiced_at) as last_line_at,
        cast(min(invoiced_at) as date) as order_date

    from sale_lines
    group by 1, 2

)

select * from final
