with

customers as (

    select * from {{ ref('int_customers_at_month_end') }}

),

customer_items as (

    select * from {{ ref('int_customer_items_dated') }}

),

behaviour_model as (

    select * from {{ ref('ml_behaviour_model') }}

),

taste_model as (

    select * from {{ ref('ml_taste_model') }}

),

final as (

    {{ month_end_clusters('customers', 'customer_items', 'behaviour_model', 'taste_model')
        | indent(4) }}

)

select * from final
