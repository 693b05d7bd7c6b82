-- No customer is recommended an item that the customer kept, and ranks run from 1 without a gap.
with

recommended as (

    select * from {{ ref('fct_next_best_items') }}

),

sale_lines as (

    select * from {{ ref('fct_sale_lines') }}
    where net_unit_count > 0

),

lists as (

    select
        customer_id,
        max(item_rank) as last_rank,
        count(*) as item_count

    from recommended
    group by 1

)

select
    recommended.customer_id,
    recommended.stock_code,
    recommended.item_rank
from recommended
inner join sale_lines
    on
        recommended.customer_id = sale_lines.customer_id
        and recommended.stock_code = sale_lines.stock_code

union all

select
    lists.customer_id,
    null as stock_code,
    lists.last_rank as item_rank
from lists
where
    lists.last_rank <> lists.item_count
    or lists.item_count > {{ var('next_best_item_count') }}
