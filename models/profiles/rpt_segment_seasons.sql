{%- set calendars = {
    'month': [
        'January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September',
        'October', 'November', 'December'
    ],
    'weekday': ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'],
} -%}
{%- set periods = [] -%}
{%- for calendar, names in calendars.items() -%}
    {%- for name in names -%}
        {%- do periods.append(
            "select '" ~ calendar ~ "' as calendar, '" ~ name ~ "' as period_name, "
            ~ loop.index ~ " as period_number"
        ) -%}
    {%- endfor -%}
{%- endfor -%}
{%- set a_monday = "cast('1900-01-01' as date)" -%}
with

orders as (

    select * from {{ ref('fct_orders') }}

),

customer_segments as (

    select * from {{ ref('fct_customer_segments') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

kept_orders as (

    select
        customer_segments.segment_id,
        orders.order_date,
        orders.net_sales

    from orders

    inner join customer_segments
        on orders.customer_id = customer_segments.customer_id

    where orders.has_net_units

),

first_days as (

    select min(order_date) as first_date
    from kept_orders

),

days as (

    select
        first_days.first_date,
        cast({{ dbt.dateadd('day', -1, 'as_of.as_of_date') }} as date) as last_date,
        as_of.as_of_date

    from first_days

    cross join as_of

    where first_days.first_date is not null

),

history as (

    select
        first_date,
        last_date,
        12 * extract(year from first_date) + extract(month from first_date) as first_month,
        12 * extract(year from last_date) + extract(month from last_date) as last_month,
        -- The parts of the first and the last month that the data do not hold.
        1 - (
            extract(day from last_day(first_date)) - extract(day from first_date) + 1
        ) / cast(extract(day from last_day(first_date)) as double) as missing_first_share,
        1 - extract(day from last_date) / cast(extract(day from last_day(last_date)) as double)
            as missing_last_share,
        {{ dbt.datediff('first_date', 'as_of_date', 'day') }} as day_count,  -- noqa: LT05
        {{ dbt.datediff(a_monday, 'first_date', 'day') }} % 7 + 1 as first_weekday  -- noqa: LT05

    from days

),

periods as (

    {{ periods | join(' union all\n    ') }}

),

seen_periods as (

    select
        periods.calendar,
        periods.period_name,
        periods.period_number,
        case
            when periods.calendar = 'month'
                then
                    floor((history.last_month - periods.period_number) / 12.0)
                    - floor((history.first_month - 1 - periods.period_number) / 12.0)
                    - case
                        when extract(month from history.first_date) = periods.period_number
                            then history.missing_first_share
                        else 0
                    end
                    - case
                        when extract(month from history.last_date) = periods.period_number
                            then history.missing_last_share
                        else 0
                    end
            else
                1 + floor(
                    (
                        history.day_count - 1
                        - (periods.period_number - history.first_weekday + 7) % 7
                    ) / 7.0
                )
        end as seen_count

    from periods

    cross join history

),

dated_orders as (

    select
        segment_id,
        'month' as calendar,
        extract(month from order_date) as period_number,
        net_sales

    from kept_orders

    union all

    select
        segment_id,
        'weekday' as calendar,
        {{ dbt.datediff(a_monday, 'order_date', 'day') }} % 7 + 1 as period_number,  -- noqa: LT05
        net_sales

    from kept_orders

),

period_totals as (

    select
        segment_id,
        calendar,
        period_number,
        count(*) as order_count,
        sum(net_sales) as net_sales

    from dated_orders
    group by 1, 2, 3

),

segment_ids as (

    select distinct
        segment_id,
        behaviour_name

    from customer_segments

),

-- Per time that the data hold the period, as decimals: these add up the same in any order.
rates as (

    select
        segment_ids.segment_id,
        -- Behaviours are made of recency, which decides the months that are left for orders.
        case when seen_periods.calendar = 'month' then segment_ids.behaviour_name end
            as compared_behaviour,
        seen_periods.calendar,
        seen_periods.period_name,
        seen_periods.period_number,
        seen_periods.seen_count,
        coalesce(period_totals.order_count, 0) as order_count,
        coalesce(period_totals.net_sales, 0) as net_sales,
        cast(
            coalesce(period_totals.order_count, 0) / seen_periods.seen_count as decimal(28, 6)
        ) as order_rate,
        cast(
            cast(coalesce(period_totals.net_sales, 0) as double) / seen_periods.seen_count
            as decimal(28, 6)
        ) as net_sales_rate

    from segment_ids

    cross join seen_periods

    left join period_totals
        on
            segment_ids.segment_id = period_totals.segment_id
            and seen_periods.calendar = period_totals.calendar
            and seen_periods.period_number = period_totals.period_number

    where seen_periods.seen_count > 0

),

shares as (

    select
        *,
        cast(order_rate as double)
        / nullif(cast(sum(order_rate) over (partition by segment_id, calendar) as double), 0)
            as order_share,
        cast(net_sales_rate as double)
        / nullif(cast(sum(net_sales_rate) over (partition by segment_id, calendar) as double), 0)
            as net_sales_share,
        cast(
            sum(order_rate) over (
                partition by compared_behaviour, calendar, period_number
            ) as double
        )
        / nullif(
            cast(sum(order_rate) over (partition by compared_behaviour, calendar) as double), 0
        ) as compared_order_share,
        cast(
            sum(net_sales_rate) over (
                partition by compared_behaviour, calendar, period_number
            ) as double
        )
        / nullif(
            cast(sum(net_sales_rate) over (partition by compared_behaviour, calendar) as double), 0
        ) as compared_net_sales_share

    from rates

),

final as (

    select
        ---------- ids
        segment_id,

        ---------- strings
        calendar,
        period_name,

        ---------- numbers
        cast(period_number as bigint) as period_number,
        cast(seen_count as double) as seen_count,
        order_count,
        order_share,
        order_share / nullif(compared_order_share, 0) as order_index,
        cast(net_sales as decimal(18, 2)) as net_sales,
        net_sales_share,
        net_sales_share / nullif(compared_net_sales_share, 0) as net_sales_index

    from shares

)

select * from final
