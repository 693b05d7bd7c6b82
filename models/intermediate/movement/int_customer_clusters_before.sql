with

customers as (

    select * from {{ ref('int_customers_at_month_end') }}

),

customer_items as (

    select * from {{ ref('int_customer_items_dated') }}

),

month_ends as (

    select * from {{ ref('int_month_ends') }}

),

behaviour_model as (

    select * from {{ ref('ml_behaviour_model_before') }}

),

taste_model as (

    select * from {{ ref('ml_taste_model_before') }}

),

recent_customers as (

    select customers.*
    from customers

    inner join month_ends
        on
            customers.as_of_date = month_ends.as_of_date
            or customers.as_of_date = month_ends.previous_as_of_date

    where month_ends.is_current

),

-- What changed earlier counts from the month end before on.
recent_items as (

    select
        customer_items.customer_id,
        customer_items.stock_code,
        customer_items.order_count,
        customer_items.previous_order_count,
        greatest(
            customer_items.as_of_date,
            coalesce(month_ends.previous_as_of_date, customer_items.as_of_date)
        ) as as_of_date

    from customer_items

    cross join month_ends

    where month_ends.is_current

),

final as (

    {{ month_end_clusters('recent_customers', 'recent_items', 'behaviour_model', 'taste_model')
        | indent(4) }}

)

select * from final
