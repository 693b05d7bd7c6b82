with

lines as (

    select * from {{ ref('int_invoice_lines_classified') }}

),

final as (

    select
        ---------- ids
        line_id,
        invoice_id,
        customer_id,
        stock_code,

        ---------- strings
        item_description,

        ---------- numbers
        quantity as unit_count,
        unit_price_gbp,
        line_gbp as net_sales_gbp,

        ---------- timestamps
        invoiced_at

    from lines
    where disposition = 'sale'

)

select * from final
