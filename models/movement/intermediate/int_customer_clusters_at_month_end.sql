with

customers as (

    select * from {{ ref('int_customers_at_month_end') }}

),

projections as (

    select * from {{ ref('int_customer_projections_monthly') }}

),

behaviour_model as (

    select * from {{ ref('dim_behaviour_model') }}

),

taste_model as (

    select * from {{ ref('dim_taste_model') }}

),

models as (

    select * from {{ ref('dim_models') }}

),

clusters as (

    {{ month_end_clusters('customers', 'projections', 'behaviour_model', 'taste_model')
        | indent(4) }}

),

final as (

    select
        ---------- ids
        clusters.customer_id,
        cast(models.model_version as {{ dbt.type_bigint() }}) as model_version,
        clusters.behaviour_cluster_id,
        clusters.taste_cluster_id,

        ---------- dates
        clusters.as_of_date

    from clusters

    inner join models
        on models.is_in_force

)

select * from final
