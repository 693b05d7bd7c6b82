{#-
    A query of what customers ordered around a day: within the window from `start_date` to before
    `end_date`, in as many days just before (`previous`), and ever before (`earlier`). `members` has
    customer_id, before_date, start_date, end_date; `orders` is fct_orders. Orders of which nothing is
    left do not count.
-#}
{% macro window_totals(members, orders) %}
{%- set times = {
    '': 'kept_orders.order_date >= windows.start_date',
    'previous_': 'kept_orders.order_date >= windows.before_date
            and kept_orders.order_date < windows.start_date',
    'earlier_': 'kept_orders.order_date < windows.start_date',
} -%}
select
    windows.customer_id,
    windows.start_date,
    windows.end_date,
    {%- for prefix, condition in times.items() %}
    count(*) filter (where {{ condition }}) as {{ prefix }}order_count,
    cast(coalesce(sum(kept_orders.net_sales) filter (where {{ condition }}), 0) as decimal(18, 4))
        as {{ prefix }}net_sales{{ ',' if not loop.last }}
    {%- endfor %}

from (
    select distinct
        customer_id,
        before_date,
        start_date,
        end_date
    from {{ members }}
) as windows

left join (
    select * from {{ orders }}
    where has_net_units
) as kept_orders
    on
        windows.customer_id = kept_orders.customer_id
        and windows.end_date > kept_orders.order_date

group by 1, 2, 3
{% endmacro %}
