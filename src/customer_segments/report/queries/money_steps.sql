-- From all that the files hold to net sales of customers with a segment. Cancellations are
-- taken off the sales that they cancel, so only what they leave open is a step of its own.
with by_disposition as (
    select
        case
            when disposition in ('matched_cancellation', 'orphan_cancellation') then 'cancellation'
            when disposition in ('free_good', 'stock_note', 'malformed', 'no_line') then 'other'
            else disposition
        end as step,
        sum(line_count) as line_count,
        sum(line_value) as line_value
    from rpt_line_dispositions
    group by 1
),

returns as (
    select coalesce(sum(returned_value), 0) as returned_value from fct_orders
),

net as (
    select coalesce(sum(net_sales), 0) as net_sales from fct_customer_features
)

select 'total' as step, sum(line_count) as line_count, sum(line_value) as line_value
from by_disposition
union all
select
    step,
    line_count,
    -line_value - case when step = 'cancellation' then (select returned_value from returns) else 0 end
from by_disposition
where step <> 'sale'
union all
select 'net', (select line_count from by_disposition where step = 'sale'), net_sales from net
