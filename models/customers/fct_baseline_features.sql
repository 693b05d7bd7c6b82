with

lines as (

    select * from {{ ref('stg_online_retail__invoice_lines') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

customers as (

    select * from {{ ref('dim_customer_ids') }}

),

-- The exercise's own rules: every line with a customer counts, postage and manual entries too.
identified_lines as (

    select
        lines.customer_key,
        lines.invoice_key,
        lines.written_item_key,
        lines.line_value

    from lines

    cross join as_of

    where
        lines.customer_key is not null
        and lines.unreadable_column is null
        and lines.invoiced_at < as_of.as_of_date

),

carts as (

    select
        customer_key,
        invoice_key,
        sum(line_value) as order_value

    from identified_lines
    group by 1, 2

),

cart_features as (

    select
        customer_key,
        count(*) as total_transactions,
        cast(min(order_value) as double) as min_cart_value,
        cast(max(order_value) as double) as max_cart_value,
        cast(sum(order_value) as double) / count(*) as avg_cart_value

    from carts
    group by 1

),

line_features as (

    select
        customer_key,
        count(*) as total_products,
        count(distinct written_item_key) as total_unique_products,
        cast(sum(line_value) as double) as total_sales,
        cast(sum(line_value) as double) / count(*) as avg_product_value

    from identified_lines
    group by 1

),

final as (

    select
        customers.customer_id,
        cart_features.total_transactions,
        line_features.total_products,
        line_features.total_unique_products,
        line_features.total_sales,
        line_features.avg_product_value,
        cart_features.min_cart_value,
        cart_features.max_cart_value,
        cart_features.avg_cart_value

    from line_features

    inner join cart_features
        on line_features.customer_key = cart_features.customer_key

    inner join customers
        on line_features.customer_key = customers.customer_key

)

select * from final
