with

customers as (

    select * from {{ ref('int_customer_countries') }}

),

orders as (

    select * from {{ ref('fct_orders_keyed') }}

),

customer_orders as (

    select
        customer_key,
        count(*) filter (where has_net_units) as order_count,
        min(order_date) filter (where has_net_units) as first_order_date,
        max(order_date) filter (where has_net_units) as last_order_date

    from orders
    group by 1

),

final as (

    select
        ---------- ids
        customers.customer_id,

        ---------- strings
        customers.country,
        -- The one place that says who is segmented: customers with something left to value.
        case
            when customer_orders.order_count > 0 then 'segmented'
            when customer_orders.customer_key is not null then 'returned everything'
            else 'no merchandise bought'
        end as customer_status,

        ---------- numbers
        customers.country_count,
        coalesce(customer_orders.order_count, 0) as order_count,

        ---------- dates
        customer_orders.first_order_date,
        customer_orders.last_order_date

    from customers

    left join customer_orders
        on customers.customer_key = customer_orders.customer_key

    where customers.is_in_scope

)

select * from final
