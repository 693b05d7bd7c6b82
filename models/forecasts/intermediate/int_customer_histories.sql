with

orders as (

    select * from {{ ref('fct_orders_keyed') }}

),

returns as (

    select * from {{ ref('int_returns_monthly') }}

),

invoices as (

    select * from {{ ref('dim_invoices') }}

),

customers as (

    select * from {{ ref('dim_customer_ids') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

days as (

    select
        false as is_backtest,
        as_of_date,
        cast({{ dbt.dateadd('day', -90, 'as_of_date') }} as date) as last_90d_date

    from as_of

    union all

    select
        true as is_backtest,
        cast({{ dbt.dateadd('day', -90, 'as_of_date') }} as date) as as_of_date,
        cast({{ dbt.dateadd('day', -180, 'as_of_date') }} as date) as last_90d_date

    from as_of

),

-- What was returned after the day is not known on it.
later_returns as (

    select
        days.is_backtest,
        returns.customer_key,
        returns.invoice_key,
        sum(returns.returned_unit_count) as net_unit_count,
        sum(returns.returned_value) as returned_value

    from returns

    inner join days
        on returns.returned_at >= days.as_of_date

    group by 1, 2, 3

),

known_orders as (

    select
        days.is_backtest,
        days.as_of_date,
        days.last_90d_date,
        orders.customer_key,
        invoices.invoice_id,
        orders.order_date,
        orders.net_sales + coalesce(later_returns.returned_value, 0) as net_sales

    from orders

    inner join days
        on orders.order_date < days.as_of_date

    inner join invoices
        on orders.invoice_key = invoices.invoice_key

    left join later_returns
        on
            days.is_backtest = later_returns.is_backtest
            and orders.customer_key = later_returns.customer_key
            and orders.invoice_key = later_returns.invoice_key

    where orders.net_unit_count + coalesce(later_returns.net_unit_count, 0) > 0

),

customer_totals as (

    select
        customer_key,
        is_backtest,
        as_of_date,
        count(*) as order_count,
        count(*) filter (where order_date >= last_90d_date) as order_count_last_90d,
        sum(net_sales) as net_sales,
        sum(net_sales) filter (where order_date >= last_90d_date) as net_sales_last_90d,
        min(order_date) as first_order_date,
        max(order_date) as last_order_date,
        max_by(
            net_sales, cast(order_date as {{ dbt.type_string() }}) || invoice_id
        ) as last_order_value

    from known_orders
    group by 1, 2, 3

),

final as (

    select
        ---------- ids
        customers.customer_id,

        ---------- numbers
        order_count - 1 as repeat_count,
        cast(
            {{ dbt.datediff('first_order_date', 'last_order_date', 'day') }}  -- noqa: LT05
            as bigint
        ) as repeat_days,
        cast(
            {{ dbt.datediff('first_order_date', 'as_of_date', 'day') }}  -- noqa: LT05
            as bigint
        ) as age_days,
        order_count,
        order_count_last_90d,
        cast(net_sales as decimal(18, 4)) as net_sales,
        cast(coalesce(net_sales_last_90d, 0) as decimal(18, 4)) as net_sales_last_90d,
        cast(last_order_value as decimal(18, 4)) as last_order_value,

        ---------- booleans
        is_backtest,

        ---------- dates
        as_of_date

    from customer_totals

    inner join customers
        on customer_totals.customer_key = customers.customer_key

)

select * from final
