with

customers as (

    select * from {{ ref('int_customers_at_month_end') }}

),

customer_items as (

    select * from {{ ref('int_customer_items_monthly') }}

),

customer_ids as (

    select * from {{ ref('dim_customer_ids') }}

),

stock_codes as (

    select * from {{ ref('dim_stock_codes') }}

),

clusters_in_force as (

    select * from {{ ref('int_customer_clusters_at_month_end') }}

),

month_ends as (

    select * from {{ ref('int_month_ends') }}

),

models as (

    select * from {{ ref('dim_models') }}

),

model_before as (

    select * from {{ ref('ml_model_previous') }}

),

behaviour_model as (

    select * from {{ ref('ml_behaviour_model_previous') }}

),

taste_model as (

    select * from {{ ref('ml_taste_model_previous') }}

),

recent_days as (

    select as_of_date
    from month_ends
    where is_current

    union all

    select previous_as_of_date as as_of_date
    from month_ends
    where is_current

),

-- None as long as the model in force was there before: its clusters are known.
other_model as (

    select models.model_version
    from model_before

    inner join models
        on
            model_before.model_version = models.model_version
            and not models.is_in_force

),

customers_to_label as (

    select customers.*
    from customers

    inner join recent_days
        on customers.as_of_date = recent_days.as_of_date

    cross join other_model

),

items_to_project as (

    select customer_items.*
    from customer_items

    cross join other_model

),

projections as (

    {{ projections_monthly('items_to_project', 'taste_model', 'stock_codes', 'customer_ids')
        | indent(4) }}

),

other_clusters as (

    {{ month_end_clusters('customers_to_label', 'projections', 'behaviour_model', 'taste_model')
        | indent(4) }}

),

final as (

    select
        clusters_in_force.customer_id,
        clusters_in_force.behaviour_cluster_id,
        clusters_in_force.taste_cluster_id,
        clusters_in_force.as_of_date

    from clusters_in_force

    inner join recent_days
        on clusters_in_force.as_of_date = recent_days.as_of_date

    inner join model_before
        on clusters_in_force.model_version = model_before.model_version

    union all

    select
        customer_id,
        behaviour_cluster_id,
        taste_cluster_id,
        as_of_date

    from other_clusters

)

select * from final
