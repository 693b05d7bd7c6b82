-- From one month end to the next, moves, stays and exits are the customers of the first, and moves,
-- stays and entries those of the second; what they spent in all is the difference in net sales.
with

migration as (

    select * from {{ ref('rpt_segment_migration') }}

),

customers as (

    select * from {{ ref('int_customers_at_month_end') }}

),

month_ends as (

    select * from {{ ref('int_month_ends') }}
    where previous_as_of_date is not null

),

counted as (

    select
        as_of_date,
        count(*) filter (where order_count > 0) as customer_count,
        sum(net_sales) as net_sales

    from customers
    group by 1

),

moved as (

    select
        month_end_date,
        sum(customer_count) filter (where from_segment_id <> 'entry') as before_count,
        sum(customer_count) filter (where to_segment_id <> 'exit') as after_count,
        sum(net_sales) as net_sales

    from migration
    group by 1

)

select
    month_ends.month_end_date,
    moved.before_count,
    counted_before.customer_count as before_customer_count,
    moved.after_count,
    counted.customer_count as after_customer_count,
    moved.net_sales
from month_ends

left join moved
    on month_ends.month_end_date = moved.month_end_date

left join counted as counted_before
    on month_ends.previous_as_of_date = counted_before.as_of_date

left join counted
    on month_ends.as_of_date = counted.as_of_date

where
    coalesce(moved.before_count, 0) <> coalesce(counted_before.customer_count, 0)
    or coalesce(moved.after_count, 0) <> coalesce(counted.customer_count, 0)
    or coalesce(moved.net_sales, 0)
    <> coalesce(counted.net_sales, 0) - coalesce(counted_before.net_sales, 0)
