{#-
    A cancellation takes the same units whatever comes after it, so the matches as of a month end
    are those of the whole ledger whose cancellations it had seen.
-#}
with

matches as (

    select * from {{ ref('int_cancellations_matched') }}

),

sale_lines as (

    select * from {{ ref('fct_sale_lines_keyed') }}

),

cancellations as (

    select * from {{ ref('fct_cancellations') }}

),

final as (

    select
        ---------- ids
        matches.sale_line_id,
        matches.cancellation_line_id,
        sale_lines.customer_key,
        sale_lines.invoice_key,
        sale_lines.item_key,

        ---------- numbers
        matches.unit_count as returned_unit_count,
        cast(matches.unit_count * sale_lines.unit_price as decimal(18, 4)) as returned_value,

        ---------- timestamps
        cancellations.invoiced_at as returned_at

    from matches

    inner join sale_lines
        on matches.sale_line_id = sale_lines.line_id

    inner join cancellations
        on matches.cancellation_line_id = cancellations.line_id

)

select * from final
