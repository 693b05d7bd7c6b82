with

orders as (

    select * from {{ ref('fct_orders') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

kept_orders as (

    select * from orders
    where has_net_units

),

-- Several invoices of one day are one occasion.
order_days as (

    select distinct
        customer_id,
        order_date

    from kept_orders

),

next_days as (

    select
        customer_id,
        order_date,
        lead(order_date) over (partition by customer_id order by order_date) as next_order_date

    from order_days

),

intervals as (

    select
        kept_orders.customer_id,
        kept_orders.invoice_id,
        kept_orders.order_date,
        next_days.next_order_date,
        {{ dbt.datediff('kept_orders.order_date', 'next_days.next_order_date', 'day') }}  -- noqa: LT05
            as days_to_next_order,
        {{ dbt.datediff('kept_orders.order_date', 'as_of.as_of_date', 'day') }}  -- noqa: LT05
        > 90 as is_known_90d

    from kept_orders

    inner join next_days
        on
            kept_orders.customer_id = next_days.customer_id
            and kept_orders.order_date = next_days.order_date

    cross join as_of

),

final as (

    select
        ---------- ids
        customer_id,
        invoice_id,

        ---------- numbers
        cast(days_to_next_order as bigint) as days_to_next_order,

        ---------- booleans
        is_known_90d,
        case when is_known_90d then coalesce(days_to_next_order <= 90, false) end
            as is_reordered_90d,

        ---------- dates
        order_date,
        next_order_date

    from intervals

)

select * from final
