with

returns as (

    select * from {{ ref('int_returns_monthly') }}

),

orders as (

    select * from {{ ref('fct_orders_keyed') }}

),

customers as (

    select * from {{ ref('dim_customer_ids') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

returned_orders as (

    select
        returns.customer_key,
        returns.invoice_key,
        sum(returns.returned_value) as returned_value

    from returns

    cross join as_of

    where
        {{ dbt.datediff('cast(returns.returned_at as date)', 'as_of.as_of_date', 'day') }}
        <= {{ var('audience_return_days') }}
    group by 1, 2

),

final as (

    select
        ---------- ids
        customers.customer_id,

        ---------- numbers
        count(*) as order_count,
        cast(sum(returned_orders.returned_value) as decimal(18, 4)) as returned_value,
        cast(sum(orders.sold_value) as decimal(18, 4)) as sold_value,
        cast(sum(returned_orders.returned_value) as double)
        / nullif(cast(sum(orders.sold_value) as double), 0) as returned_share

    from returned_orders

    inner join orders
        on
            returned_orders.customer_key = orders.customer_key
            and returned_orders.invoice_key = orders.invoice_key

    inner join customers
        on returned_orders.customer_key = customers.customer_key

    group by 1

)

select * from final
