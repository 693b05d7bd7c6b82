with

customers as (

    select customer_id from {{ ref('fct_customer_features') }}

),

customer_items as (

    select * from {{ ref('fct_customer_items') }}

),

taste_model as (

    select * from {{ ref('dim_taste_model') }}

),

models as (

    select * from {{ ref('dim_models') }}

),

tastes as (

    {{ customer_tastes('customers', 'customer_items', 'taste_model') | indent(4) }}

),

final as (

    select
        ---------- ids
        tastes.customer_id,
        cast(models.model_version as {{ dbt.type_bigint() }}) as model_version,
        tastes.taste_cluster_id,
        tastes.taste_runner_up_cluster_id,

        ---------- numbers
        tastes.taste_distance,
        tastes.taste_runner_up_distance,
        tastes.known_item_count

    from tastes

    inner join models
        on models.is_in_force

)

select * from final
