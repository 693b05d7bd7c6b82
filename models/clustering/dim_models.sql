with

models as (

    select * from {{ ref('ml_models') }}

),

final as (

    select
        ---------- ids
        model_version,
        cast(compared_model_version as {{ dbt.type_bigint() }}) as compared_model_version,

        ---------- strings
        fit_reason,
        decision,
        decision_reason,
        settings,
        library_versions,

        ---------- numbers
        cast(random_seed as {{ dbt.type_bigint() }}) as random_seed,
        cast(customer_count as {{ dbt.type_bigint() }}) as customer_count,
        cast(item_count as {{ dbt.type_bigint() }}) as item_count,
        cast(behaviour_cluster_count as {{ dbt.type_bigint() }}) as behaviour_cluster_count,
        cast(taste_cluster_count as {{ dbt.type_bigint() }}) as taste_cluster_count,
        smallest_segment_share,
        largest_segment_share,
        changed_customer_share,
        adjusted_rand_index,
        behaviour_stability,
        taste_stability,
        segment_stability,

        ---------- booleans
        is_in_force,

        ---------- dates
        as_of_date

    from models

)

select * from final
