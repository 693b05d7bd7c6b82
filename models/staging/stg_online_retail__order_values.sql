with

order_lines as (

    select
        line_id,
        invoice_key,
        file_key,
        customer_key,
        country_key,
        currency_key,
        invoiced_at,
        case when quantity > 0 then is_void end as is_void

    from {{ ref('stg_online_retail__written_lines') }}
    where is_line

),

incomplete_lines as (

    select * from {{ ref('stg_online_retail__incomplete_lines') }}

),

incomplete_orders as (

    select distinct
        invoice_key,
        file_key

    from incomplete_lines

),

-- Where the lines of an order disagree, a blank stays one.
order_values as (

    select
        order_lines.invoice_key,
        order_lines.file_key,
        {{ one_value('order_lines.customer_key') }} as customer_key,
        {{ one_value('order_lines.country_key') }} as country_key,
        {{ one_value('order_lines.currency_key') }} as currency_key,
        {{ one_value('order_lines.invoiced_at') }} as invoiced_at,
        coalesce(min(order_lines.is_void), false) as is_void

    from order_lines

    inner join incomplete_orders
        on
            order_lines.invoice_key = incomplete_orders.invoice_key
            and order_lines.file_key = incomplete_orders.file_key

    group by 1, 2

),

-- Orders of which no line says more than another are left out: most, where customers are unknown.
final as (

    select
        incomplete_lines.line_id,
        order_values.invoice_key,
        order_values.customer_key,
        order_values.country_key,
        order_values.currency_key,
        order_values.invoiced_at,
        order_values.is_void

    from incomplete_lines

    inner join order_values
        on
            incomplete_lines.invoice_key = order_values.invoice_key
            and incomplete_lines.file_key = order_values.file_key

    inner join order_lines
        on incomplete_lines.line_id = order_lines.line_id

    where
        order_lines.invoice_key is null
        or (order_lines.customer_key is null and order_values.customer_key is not null)
        or (order_lines.country_key is null and order_values.country_key is not null)
        or (order_lines.currency_key is null and order_values.currency_key is not null)
        or (order_lines.invoiced_at is null and order_values.invoiced_at is not null)

)

select * from final
