{%- set order_so_far -%}
    partition by customer_key, invoice_key
    order by month_start_date
    rows between unbounded preceding and current row
{%- endset -%}
{%- set order_from_here_on -%}
    partition by customer_key, invoice_key
    order by month_start_date
    rows between current row and unbounded following
{%- endset -%}
{%- set customer_so_far -%}
    partition by customer_changes.customer_key
    order by customer_changes.month_start_date
    rows between unbounded preceding and current row
{%- endset -%}

with

sale_lines as (

    select * from {{ ref('fct_sale_lines_keyed') }}

),

returns as (

    select * from {{ ref('int_returns_monthly') }}

),

units as (

    select
        customer_key,
        invoice_key,
        sold_unit_count as net_unit_count,
        cast(sold_unit_count * unit_price as decimal(18, 4)) as net_sales,
        invoiced_at

    from sale_lines

    union all

    select
        customer_key,
        invoice_key,
        -returned_unit_count as net_unit_count,
        -returned_value as net_sales,
        returned_at as invoiced_at

    from returns

),

order_changes as (

    select
        customer_key,
        invoice_key,
        cast({{ dbt.date_trunc('month', 'invoiced_at') }} as date) as month_start_date,
        sum(net_unit_count) as unit_change,
        sum(net_sales) as net_sales_change,
        min(invoiced_at) as invoiced_at

    from units
    group by 1, 2, 3

),

-- The first change of an order is a sale, so its time is that of the order.
order_totals as (

    select
        *,
        cast(min(invoiced_at) over ({{ order_so_far }}) as date) as order_date,
        sum(unit_change) over ({{ order_so_far }}) as net_unit_count

    from order_changes

),

order_versions as (

    select
        *,
        net_unit_count > 0 as is_kept,
        net_unit_count > unit_change as was_kept,
        min(net_unit_count) over ({{ order_from_here_on }}) > 0 as is_kept_for_good,
        lead(month_start_date) over (
            partition by customer_key, invoice_key
            order by month_start_date
        ) as next_month_start_date

    from order_totals

),

customer_changes as (

    select
        customer_key,
        month_start_date,
        count(*) filter (where is_kept and not was_kept)
        - count(*) filter (where was_kept and not is_kept) as order_change,
        sum(net_sales_change) as net_sales_change,
        max(order_date) filter (where is_kept_for_good) as last_order_date

    from order_versions
    group by 1, 2

),

-- The few orders that were returned in full later count until then.
passing_orders as (

    select
        order_versions.customer_key,
        customer_changes.month_start_date,
        max(order_versions.order_date) as last_order_date

    from order_versions

    inner join customer_changes
        on
            order_versions.customer_key = customer_changes.customer_key
            and order_versions.month_start_date <= customer_changes.month_start_date
            and order_versions.next_month_start_date > customer_changes.month_start_date

    where
        order_versions.is_kept
        and not order_versions.is_kept_for_good
    group by 1, 2

),

final as (

    select
        ---------- ids
        customer_changes.customer_key,

        ---------- numbers
        cast(sum(customer_changes.order_change) over ({{ customer_so_far }}) as bigint)
            as order_count,
        cast(
            sum(customer_changes.net_sales_change) over ({{ customer_so_far }})
            as decimal(18, 4)
        ) as net_sales,

        ---------- dates
        customer_changes.month_start_date,
        lead(customer_changes.month_start_date) over (
            partition by customer_changes.customer_key
            order by customer_changes.month_start_date
        ) as next_month_start_date,
        greatest(
            max(customer_changes.last_order_date) over ({{ customer_so_far }}),
            passing_orders.last_order_date
        ) as last_order_date

    from customer_changes

    left join passing_orders
        on
            customer_changes.customer_key = passing_orders.customer_key
            and customer_changes.month_start_date = passing_orders.month_start_date

)

select * from final
