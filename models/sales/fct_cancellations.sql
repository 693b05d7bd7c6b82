with

lines as (

    select * from {{ ref('int_line_dispositions') }}

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

matched_lines as (

    select
        cancellation_line_id,
        sum(unit_count) as cancelled_unit_count,
        sum(unit_count) filter (where sale_line_id is not null) as matched_unit_count,
        max(orphan_reason) as orphan_reason

    from matches
    group by 1

),

final as (

    select
        ---------- ids
        lines.line_id,
        invoices.invoice_id,
        customers.customer_id,
        stock_codes.stock_code,

        ---------- strings
        case
            when coalesce(matched_lines.matched_unit_count, 0) > 0 then 'matched_cancellation'
            else 'orphan_cancellation'
        end as outcome,
        case
            when matched_lines.cancellation_line_id is null then 'no units'
            when coalesce(matched_lines.matched_unit_count, 0) = 0 then matched_lines.orphan_reason
            when matched_lines.orphan_reason is null then 'all units'
            else 'some units, ' || matched_lines.orphan_reason
        end as reason,

        ---------- numbers
        lines.quantity,
        lines.line_value,
        cast(coalesce(matched_lines.cancelled_unit_count, 0) as bigint) as cancelled_unit_count,
        cast(coalesce(matched_lines.matched_unit_count, 0) as bigint) as matched_unit_count,

        ---------- timestamps
        lines.invoiced_at

    from lines

    left join matched_lines
        on lines.line_id = matched_lines.cancellation_line_id

    inner join invoices
        on lines.invoice_key = invoices.invoice_key

    inner join customers
        on lines.customer_key = customers.customer_key

    inner join stock_codes
        on lines.item_key = stock_codes.item_key

    where
        lines.is_cancellation
        and lines.disposition = 'cancellation'

)

select * from final
