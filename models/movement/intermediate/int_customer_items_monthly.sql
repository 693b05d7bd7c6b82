{%- set order_so_far -%}
    partition by customer_key, item_key, invoice_key
    order by month_start_date
    rows between unbounded preceding and current row
{%- endset -%}
{%- set item_so_far -%}
    partition by customer_key, item_key
    order by month_start_date
    rows between unbounded preceding and current row
{%- endset -%}

with

sale_lines as (

    select * from {{ ref('fct_sale_lines_keyed') }}

),

-- Once more: DuckDB keeps a copy of a CTE that is read twice.
same_sale_lines as (

    select * from {{ ref('fct_sale_lines_keyed') }}

),

returns as (

    select * from {{ ref('int_returns_monthly') }}

),

units as (

    select
        customer_key,
        item_key,
        invoice_key,
        cast({{ dbt.date_trunc('month', 'invoiced_at') }} as date) as month_start_date,
        sold_unit_count as net_unit_count

    from sale_lines
    where is_item_repeated or returned_unit_count > 0

    union all

    select
        customer_key,
        item_key,
        invoice_key,
        cast({{ dbt.date_trunc('month', 'returned_at') }} as date) as month_start_date,
        -returned_unit_count as net_unit_count

    from returns

),

order_changes as (

    select
        customer_key,
        item_key,
        invoice_key,
        month_start_date,
        sum(net_unit_count) as unit_change

    from units
    group by 1, 2, 3, 4

),

order_totals as (

    select
        *,
        sum(unit_change) over ({{ order_so_far }}) as net_unit_count

    from order_changes

),

changes as (

    -- Of most orders one line holds the item and nothing came back: these come, and none goes.
    select
        customer_key,
        item_key,
        cast({{ dbt.date_trunc('month', 'invoiced_at') }} as date) as month_start_date,
        1 as order_change

    from same_sale_lines
    where not is_item_repeated and returned_unit_count = 0

    union all

    select
        customer_key,
        item_key,
        month_start_date,
        case
            when net_unit_count > 0 and net_unit_count = unit_change then 1
            when net_unit_count = 0 and unit_change < 0 then -1
            else 0
        end as order_change

    from order_totals

),

item_changes as (

    select
        customer_key,
        item_key,
        month_start_date,
        sum(order_change) as order_change

    from changes
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
        customer_key,
        item_key,

        ---------- numbers
        cast(order_count as bigint) as order_count,
        cast(order_count - order_change as bigint) as previous_order_count,

        ---------- dates
        month_start_date

    from item_totals

)

select * from final
