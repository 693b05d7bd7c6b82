-- Names are this shop's own: InvoiceNo and CustomerID are found as they are, the others are renamed.
select
    order_no as "InvoiceNo",
    sku as stock_code,
    title as description,
    cast(units as integer) as quantity,
    strptime(ordered_at, '%m/%d/%y %H:%M') as invoice_date,
    cast(price as double) as unit_price,
    customer as "CustomerID",
    country

from {{ source('shop', 'order_lines') }}
