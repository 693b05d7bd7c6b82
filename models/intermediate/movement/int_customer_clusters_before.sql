with

customers as (

    select * from {{ ref('int_customers_at_month_end') }}

),

customer_items as (

    select * from {{ ref('int_customer_items_dated') }}

),

projections_in_force as (

    select * from {{ ref('int_customer_projections_dated') }}

),

month_ends as (

    select * from {{ ref('int_month_ends') }}

),

models as (

    select * from {{ ref('ml_models') }}

),

model_before as (

    select * from {{ ref('ml_model_before') }}

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

-- None as long as the model in force was there before: its projections are known.
items_to_project as (

    select customer_items.*
    from customer_items

    cross join model_before

    inner join models
        on
            model_before.model_version = models.model_version
            and not models.is_in_force

),

other_projections as (

    {{ projections_dated('items_to_project', 'taste_model') | indent(4) }}

),

projections as (

    select projections_in_force.*
    from projections_in_force

    inner join model_before
        on projections_in_force.model_version = model_before.model_version

    union all

    select
        other_projections.customer_id,
        model_before.model_version,
        other_projections.known_item_count,
        {{ each_component('other_projections.projection_#') | indent(8) }},
        other_projections.month_start_date,
        other_projections.next_month_start_date

    from other_projections

    cross join model_before

),

final as (

    {{ month_end_clusters('recent_customers', 'projections', 'behaviour_model', 'taste_model')
        | indent(4) }}

)

select * from final
