with

customers as (

    select * from {{ ref('int_customers_at_month_end') }}

),

projections as (

    select * from {{ ref('int_customer_projections_dated') }}

),

behaviour_model as (

    select * from {{ ref('ml_behaviour_model') }}

),

taste_model as (

    select * from {{ ref('ml_taste_model') }}

),

final as (

    {{ month_end_clusters('customers', 'projections', 'behaviour_model', 'taste_model')
        | indent(4) }}

)

select * from final
