with

lines as (

    select * from {{ ref('int_line_dispositions') }}

),

orders as (

    select * from {{ ref('fct_orders_keyed') }}

),

matches as (

    select * from {{ ref('int_cancellations_matched') }}

),

invoices as (

    select * from {{ ref('dim_invoices') }}

),

customers as (

    select * from {{ ref('dim_customer_ids') }}

),

stock_codes as (

    select * from {{ ref('dim_stock_codes') }}

),

cancellations as (

    select * from lines
    where
        is_cancellation
        and disposition = 'cancellation'

),

first_sales as (

    select
        customer_key,
        min(ordered_at) as first_sold_at

    from orders
    group by 1

),

matched_lines as (

    select
        cancellation_line_id,
        sum(unit_count) as cancelled_unit_count,
        sum(unit_count) filter (where sale_line_id is not null) as matched_unit_count,
        bool_or(is_item_sold_before) as is_item_sold_before

    from matches
    group by 1

),

explained as (

    select
        cancellations.*,
        coalesce(matched_lines.cancelled_unit_count, 0) as cancelled_unit_count,
        coalesce(matched_lines.matched_unit_count, 0) as matched_unit_count,
        case
            when matched_lines.is_item_sold_before then 'more than was bought'
            when first_sales.first_sold_at <= cancellations.invoiced_at then 'no such item'
            else 'before the data starts'
        end as orphan_reason

    from cancellations

    left join matched_lines
        on cancellations.line_id = matched_lines.cancellation_line_id

    left join first_sales
        on cancellations.customer_key = first_sales.customer_key

),

final as (

    select
        ---------- ids
        explained.line_id,
        invoices.invoice_id,
        customers.customer_id,
        stock_codes.stock_code,

        ---------- strings
        case
            when explained.matched_unit_count > 0 then 'matched_cancellation'
            else 'orphan_cancellation'
        end as outcome,
        case
            when explained.cancelled_unit_count = 0 then 'no units'
            when explained.matched_unit_count = 0 then explained.orphan_reason
            when explained.matched_unit_count = explained.cancelled_unit_count then 'all units'
            else 'some units, ' || explained.orphan_reason
        end as reason,

        ---------- numbers
        explained.quantity,
        explained.line_value,
        cast(explained.cancelled_unit_count as bigint) as cancelled_unit_count,
        cast(explained.matched_unit_count as bigint) as matched_unit_count,

        ---------- timestamps
        explained.invoiced_at

    from explained

    inner join invoices
        on explained.invoice_key = invoices.invoice_key

    inner join customers
        on explained.customer_key = customers.customer_key

    inner join stock_codes
        on explained.item_key = stock_codes.item_key

)

select * from final
