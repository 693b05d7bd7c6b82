{%- set order_so_far -%}
    partition by customer_id, invoice_id
    order by as_of_date
    rows between unbounded preceding and current row
{%- endset -%}
{%- set order_from_here_on -%}
    partition by customer_id, invoice_id
    order by as_of_date
    rows between current row and unbounded following
{%- endset -%}
{%- set customer_so_far -%}
    partition by days.customer_id
    order by days.as_of_date
    rows between unbounded preceding and current row
{%- endset -%}

with

units as (

    select * from {{ ref('int_units_dated') }}

),

month_ends as (

    select * from {{ ref('int_month_ends') }}

),

{% if undated_features() -%}
features as (

    select * from {{ ref('fct_customer_features') }}

),

{% endif -%}
order_changes as (

    select
        customer_id,
        invoice_id,
        as_of_date,
        sum(unit_count) as unit_change,
        sum(net_sales_gbp) as net_sales_change_gbp,
        min(invoiced_at) as invoiced_at

    from units
    group by 1, 2, 3

),

-- The first change of an order is a sale, so its time is that of the order.
order_totals as (

    select
        *,
        cast(min(invoiced_at) over ({{ order_so_far }}) as date) as order_date,
        sum(unit_change) over ({{ order_so_far }}) as unit_count

    from order_changes

),

order_versions as (

    select
        *,
        unit_count > 0 as is_kept,
        unit_count > unit_change as was_kept,
        min(unit_count) over ({{ order_from_here_on }}) > 0 as is_kept_for_good,
        lead(as_of_date) over (
            partition by customer_id, invoice_id
            order by as_of_date
        ) as next_as_of_date

    from order_totals

),

customer_changes as (

    select
        customer_id,
        as_of_date,
        count(*) filter (where is_kept and not was_kept)
        - count(*) filter (where was_kept and not is_kept) as order_change,
        sum(net_sales_change_gbp) as net_sales_change_gbp,
        max(order_date) filter (where is_kept_for_good) as last_order_date

    from order_versions
    group by 1, 2

),

-- The few orders that were returned in full later count until then.
passing_orders as (

    select
        order_versions.customer_id,
        month_ends.as_of_date,
        max(order_versions.order_date) as last_order_date

    from order_versions

    inner join month_ends
        on
            order_versions.as_of_date <= month_ends.as_of_date
            and order_versions.next_as_of_date > month_ends.as_of_date

    where
        order_versions.is_kept
        and not order_versions.is_kept_for_good
    group by 1, 2

),

first_days as (

    select
        customer_id,
        min(as_of_date) as as_of_date

    from customer_changes
    group by 1

),

days as (

    select
        first_days.customer_id,
        month_ends.as_of_date,
        month_ends.month_end_date,
        month_ends.is_current

    from first_days

    inner join month_ends
        on first_days.as_of_date <= month_ends.as_of_date

),

totals as (

    select
        days.*,
        sum(coalesce(customer_changes.order_change, 0)) over ({{ customer_so_far }})
            as order_count,
        sum(coalesce(customer_changes.net_sales_change_gbp, 0)) over ({{ customer_so_far }})
            as net_sales_gbp,
        greatest(
            max(customer_changes.last_order_date) over ({{ customer_so_far }}),
            passing_orders.last_order_date
        ) as last_order_date

    from days

    left join customer_changes
        on
            days.customer_id = customer_changes.customer_id
            and days.as_of_date = customer_changes.as_of_date

    left join passing_orders
        on
            days.customer_id = passing_orders.customer_id
            and days.as_of_date = passing_orders.as_of_date

),

final as (

    select
        ---------- ids
        totals.customer_id,

        ---------- numbers
        cast(
            {{ dbt.datediff('totals.last_order_date', 'totals.as_of_date', 'day') }}  -- noqa: LT05
            as bigint
        ) as recency_days,
        cast(totals.order_count as bigint) as order_count,
        cast(totals.net_sales_gbp as decimal(18, 4)) as net_sales_gbp,
        {%- for feature in undated_features() %}
        features.{{ feature }},
        {%- endfor %}

        ---------- booleans
        totals.is_current,

        ---------- dates
        totals.as_of_date,
        totals.month_end_date

    from totals

    {%- if undated_features() %}

    left join features
        on totals.customer_id = features.customer_id
    {%- endif %}

)

select * from final
