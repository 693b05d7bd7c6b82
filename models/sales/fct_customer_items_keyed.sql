with

sale_lines as (

    select * from {{ ref('fct_sale_lines_keyed') }}

),

final as (

    select
        ---------- ids
        customer_key,
        item_key,

        ---------- numbers
        -- Of most orders one line holds the item: only the others need to be told apart.
        count(*) filter (where not is_item_repeated)
        + count(distinct invoice_key) filter (where is_item_repeated)
            as order_count,
        count(*) as line_count,
        cast(sum(net_unit_count) as bigint) as net_unit_count,
        cast(sum(net_sales) as decimal(18, 4)) as net_sales,

        ---------- dates
        cast(min(invoiced_at) as date) as first_bought_date,
        cast(max(invoiced_at) as date) as last_bought_date

    from sale_lines
    where net_unit_count > 0
    group by 1, 2

)

select * from final
