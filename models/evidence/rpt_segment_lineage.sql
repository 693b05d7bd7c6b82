with

parameters as (

    select * from {{ ref('ml_kmeans_parameters') }}

),

models as (

    select * from {{ ref('dim_models') }}

),

shared as (

    select
        model_version,
        axis,
        component as from_cluster_id,
        cluster_id as to_cluster_id,
        value as shared_customer_count,
        sum(value) over (partition by model_version, axis, component) as from_customer_count,
        sum(value) over (partition by model_version, axis, cluster_id) as to_customer_count

    from parameters
    where parameter = 'shared_customers'

),

from_clusters as (

    select distinct
        model_version,
        axis,
        from_cluster_id

    from shared

),

to_clusters as (

    select distinct
        model_version,
        axis,
        to_cluster_id

    from shared

),

final as (

    select
        ---------- ids
        shared.model_version,
        cast(models.compared_model_version as {{ dbt.type_bigint() }}) as compared_model_version,

        ---------- strings
        shared.axis,
        upper(left(shared.axis, 1)) || cast(shared.from_cluster_id as {{ dbt.type_string() }})
            as from_cluster_name,
        upper(left(shared.axis, 1)) || cast(shared.to_cluster_id as {{ dbt.type_string() }})
            as to_cluster_name,
        case
            when shared.from_cluster_id = shared.to_cluster_id then 'continues'
            when from_clusters.from_cluster_id is null then 'splits off'
            when to_clusters.to_cluster_id is null then 'merges into'
            else 'moves'
        end as relation,

        ---------- numbers
        cast(shared.shared_customer_count as {{ dbt.type_bigint() }}) as shared_customer_count,
        shared.shared_customer_count / shared.from_customer_count as from_share,
        shared.shared_customer_count / shared.to_customer_count as to_share

    from shared

    inner join models
        on shared.model_version = models.model_version

    -- Did the new cluster exist before, does the old one still?
    left join from_clusters
        on
            shared.model_version = from_clusters.model_version
            and shared.axis = from_clusters.axis
            and shared.to_cluster_id = from_clusters.from_cluster_id

    left join to_clusters
        on
            shared.model_version = to_clusters.model_version
            and shared.axis = to_clusters.axis
            and shared.from_cluster_id = to_clusters.to_cluster_id

)

select * from final
