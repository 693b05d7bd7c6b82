with

orders as (

    select * from {{ ref('fct_orders_keyed') }}

),

customer_items as (

    select * from {{ ref('fct_customer_items_keyed') }}

),

customers as (

    select * from {{ ref('int_customer_countries') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

kept_orders as (

    select * from orders
    where has_net_units

),

-- Returns count against every order, those returned in full included.
return_totals as (

    select
        customer_key,
        cast(sum(returned_unit_count) as double) / sum(sold_unit_count) as return_share

    from orders
    group by 1

),

order_totals as (

    select
        customer_key,
        count(*) as order_count,
        cast(sum(line_count) as bigint) as line_count,
        cast(sum(net_unit_count) as bigint) as net_unit_count,
        cast(sum(wholesale_line_count) as bigint) as wholesale_line_count,
        cast(sum(net_sales) as decimal(18, 4)) as net_sales,
        cast(min(net_sales) as decimal(18, 4)) as min_order_value,
        cast(max(net_sales) as decimal(18, 4)) as max_order_value,
        median(cast(net_sales as double)) as median_order_value,
        avg(item_count) as items_per_order,
        sum(net_sales) filter (
            where extract(month from order_date) in (11, 12)
        ) as november_december_sales,
        count(distinct {{ dbt.date_trunc('month', 'order_date') }}) as active_month_count,
        min(order_date) as first_order_date,
        max(order_date) as last_order_date

    from kept_orders
    group by 1

),

-- Two orders of one day count as one: the gap is between days on which the customer bought.
order_days as (

    select distinct
        customer_key,
        order_date

    from kept_orders

),

order_gaps as (

    select
        customer_key,
        {{ dbt.datediff(
            'lag(order_date) over (partition by customer_key order by order_date)',
            'order_date',
            'day'
        ) }} as gap_days

    from order_days

),

gap_medians as (

    select
        customer_key,
        cast(median(gap_days) as double) as median_days_between_orders

    from order_gaps
    group by 1

),

item_shares as (

    select
        customer_items.customer_key,
        customer_items.order_count,
        cast(customer_items.net_sales as double)
        / cast(order_totals.net_sales as double) as sales_share

    from customer_items

    inner join order_totals
        on customer_items.customer_key = order_totals.customer_key

),

item_totals as (

    select
        customer_key,
        count(*) as item_count,
        count(*) filter (where order_count > 1) as repeat_item_count,
        -- Decimals add up to the same sum in any order, doubles do not.
        cast(
            sum(cast(-sales_share * log2(sales_share) as decimal(18, 15))) as double
        ) as item_entropy_bits

    from item_shares
    group by 1

),

final as (

    select
        ---------- ids
        customers.customer_id,

        ---------- strings
        customers.country,

        ---------- numbers
        cast(
            {{ dbt.datediff('order_totals.last_order_date', 'as_of.as_of_date', 'day') }}  -- noqa: LT05
            as bigint
        ) as recency_days,
        cast(
            {{ dbt.datediff('order_totals.first_order_date', 'as_of.as_of_date', 'day') }}  -- noqa: LT05
            as bigint
        ) as tenure_days,
        order_totals.active_month_count,
        gap_medians.median_days_between_orders,
        order_totals.order_count,
        order_totals.line_count,
        order_totals.net_unit_count,
        item_totals.item_count,
        order_totals.net_sales,
        cast(order_totals.net_sales as double) / order_totals.order_count as average_order_value,
        order_totals.min_order_value,
        order_totals.max_order_value,
        order_totals.median_order_value,
        order_totals.items_per_order,
        cast(order_totals.net_sales as double) / order_totals.net_unit_count
            as average_unit_price,
        cast(order_totals.net_sales as double) / order_totals.line_count as average_line_value,
        cast(item_totals.repeat_item_count as double) / item_totals.item_count
            as repeat_item_share,
        item_totals.item_entropy_bits,
        coalesce(cast(order_totals.november_december_sales as double), 0)
        / cast(order_totals.net_sales as double) as november_december_share,
        cast(order_totals.wholesale_line_count as double) / order_totals.line_count
            as wholesale_line_share,
        return_totals.return_share,

        ---------- dates
        order_totals.first_order_date,
        order_totals.last_order_date

    from order_totals

    inner join item_totals
        on order_totals.customer_key = item_totals.customer_key

    inner join customers
        on order_totals.customer_key = customers.customer_key

    inner join return_totals
        on order_totals.customer_key = return_totals.customer_key

    left join gap_medians
        on order_totals.customer_key = gap_medians.customer_key

    cross join as_of

)

select * from final
