with

stored_parameters as (

    select * from {{ ref('ml_kmeans_parameters') }}

),

models as (

    select * from {{ ref('dim_models') }}

),

features as (

    select * from {{ ref('fct_customer_features') }}

),

bounds as (

    select
        stored_parameters.feature,
        stored_parameters.component as group_number,
        max(stored_parameters.value) filter (
            where stored_parameters.parameter = 'decile'
        ) as bound,
        max(stored_parameters.value) filter (
            where stored_parameters.parameter = 'decile_share'
        ) as share_at_fit

    from stored_parameters

    inner join models
        on stored_parameters.model_version = models.model_version

    where
        models.is_in_force
        and stored_parameters.axis = 'behaviour'
        and stored_parameters.parameter in ('decile', 'decile_share')
    group by 1, 2

),

feature_values as (

    {% for feature in clustered_features() -%}
        select
            '{{ feature }}' as feature,
            cast({{ feature }} as double) as value

        from features

        {{ 'union all' if not loop.last }}

    {% endfor %}

),

-- Customers up to each bound; without a bound, all of them.
cumulated as (

    select
        bounds.feature,
        bounds.group_number,
        bounds.share_at_fit,
        count(*) filter (where feature_values.value <= bounds.bound) as count_now

    from bounds

    inner join feature_values
        on bounds.feature = feature_values.feature

    group by 1, 2, 3

    union all

    select
        bounds.feature,
        max(bounds.group_number) + 1 as group_number,
        cast(1 as double) as share_at_fit,
        max(totals.customer_count) as count_now

    from bounds

    cross join (select count(*) as customer_count from features) as totals

    group by 1

),

final as (

    select
        feature as subject,
        cast(group_number as bigint) as group_number,
        share_at_fit
        - lag(share_at_fit, 1, 0) over (partition by feature order by group_number)
            as share_at_fit,
        count_now - lag(count_now, 1, 0) over (partition by feature order by group_number)
            as count_now

    from cumulated

)

select * from final
