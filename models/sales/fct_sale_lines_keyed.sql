with

lines as (

    select * from {{ ref('int_line_dispositions') }}

),

matches as (

    select * from {{ ref('int_cancellations_matched') }}

),

item_names as (

    select * from {{ ref('int_item_names') }}
    where item_level = 'name'

),

returns as (

    select
        sale_line_id,
        cast(sum(unit_count) as integer) as returned_unit_count

    from matches
    where sale_line_id is not null
    group by 1

),

final as (

    select
        ---------- ids
        lines.line_id,
        lines.invoice_key,
        lines.customer_key,
        coalesce(item_names.sold_item_key, lines.item_key) as item_key,
        lines.description_key,

        ---------- numbers
        lines.unit_price,
        lines.quantity as sold_unit_count,
        coalesce(returns.returned_unit_count, 0) as returned_unit_count,
        lines.quantity - coalesce(returns.returned_unit_count, 0) as net_unit_count,
        -- Returns at the price of the sale, so that a line returned in full is worth nothing.
        cast(
            lines.line_value - coalesce(returns.returned_unit_count, 0) * lines.unit_price
            as decimal(18, 4)
        ) as net_sales,

        ---------- booleans
        lines.is_item_repeated or item_names.item_key is not null as is_item_repeated,

        ---------- timestamps
        lines.invoiced_at

    from lines

    left join returns
        on lines.line_id = returns.sale_line_id

    left join item_names
        on lines.item_key = item_names.item_key

    where lines.disposition = 'sale'

)

select * from final
