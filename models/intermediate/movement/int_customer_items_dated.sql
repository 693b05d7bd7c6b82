{{ config(
    materialized='incremental',
    tags=['by_customer'],
    pre_hook='{{ forget_touched_customers() }}'
) }}
{%- set order_so_far -%}
    partition by customer_id, stock_code, invoice_id
    order by month_start_date
    rows between unbounded preceding and current row
{%- endset -%}
{%- set item_so_far -%}
    partition by customer_id, stock_code
    order by month_start_date
    rows between unbounded preceding and current row
{%- endset -%}

with

units as (

    select * from {{ ref('int_units_dated') }}
    {{ of_touched_customers() }}

),

order_changes as (

    select
        customer_id,
        stock_code,
        invoice_id,
        month_start_date,
        sum(unit_count) as unit_change

    from units
    group by 1, 2, 3, 4

),

order_totals as (

    select
        *,
        sum(unit_change) over ({{ order_so_far }}) as unit_count

    from order_changes

),

item_changes as (

    select
        customer_id,
        stock_code,
        month_start_date,
        count(*) filter (where unit_count > 0 and unit_count = unit_change)
        - count(*) filter (where unit_count = 0 and unit_change < 0) as order_change

    from order_totals
    group by 1, 2, 3

),

item_totals as (

    select
        *,
        sum(order_change) over ({{ item_so_far }}) as order_count

    from item_changes
    where order_change <> 0

),

final as (

    select
        ---------- ids
        customer_id,
        stock_code,

        ---------- numbers
        cast(order_count as bigint) as order_count,
        cast(order_count - order_change as bigint) as previous_order_count,

        ---------- dates
        month_start_date

    from item_totals

)

select * from final
