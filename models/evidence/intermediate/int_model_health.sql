with

models as (

    select * from {{ ref('dim_models') }}
    where is_in_force

),

decision as (

    select * from {{ ref('ml_fit_decision') }}

),

parameters as (

    select * from {{ ref('ml_kmeans_parameters') }}

),

moves as (

    select * from {{ ref('int_refit_moves') }}

),

shifts as (

    select * from {{ ref('rpt_model_shift') }}

),

today as (

    select
        count(*) as customer_count,
        max(tenure_days) as history_days

    from {{ ref('fct_customer_features') }}

),

-- Refits to four fifths of the customers have a quarter of the variance that resampling all of them
-- has, so borders move half as far: twice as many customers change by chance.
remembered as (

    select
        models.model_version,
        max(parameters.value) filter (where parameters.parameter = 'history_days')
            as history_days,
        2 * (
            1 - cast(sum(cast(agreed.value * sizes.value as decimal(28, 12))) as double)
            / sum(sizes.value)
        ) as chance_moved_share

    from models

    left join parameters
        on
            models.model_version = parameters.model_version
            and parameters.parameter = 'history_days'

    left join parameters as agreed
        on
            models.model_version = agreed.model_version
            and agreed.axis = 'segment'
            and agreed.parameter = 'calibration_agreed'

    left join parameters as sizes
        on
            agreed.model_version = sizes.model_version
            and agreed.component = sizes.component
            and sizes.axis = 'segment'
            and sizes.parameter = 'calibration_customer_count'

    group by 1

),

ranked_shifts as (

    select
        *,
        row_number() over (
            order by population_stability_index desc, subject
        ) as shift_rank

    from shifts

),

shift as (

    select
        count(*) filter (where is_shifted) as shifted_count,
        max(subject) filter (where shift_rank = 1) as most_shifted,
        max(population_stability_index) as largest_shift

    from ranked_shifts

),

final as (

    select
        models.model_version,
        shift.most_shifted,
        {{ dbt.datediff('models.as_of_date', 'decision.as_of_date', 'day') }} as age_days,  -- noqa: LT05
        -- Months of 365.25 / 12 days.
        remembered.history_days / 30.4375 as fitted_history_months,
        cast(today.history_days as double) / 30.4375 as history_months,
        models.customer_count as fitted_customer_count,
        today.customer_count,
        -- This build's own fit, again, would be the same.
        case when models.model_version = decision.model_version then 0 else moves.moved_share end
            as moved_share,
        case
            when models.model_version = decision.model_version then 0
            else moves.moved_behaviour_share
        end as moved_behaviour_share,
        case
            when models.model_version = decision.model_version then 0
            else moves.moved_taste_share
        end as moved_taste_share,
        remembered.chance_moved_share,
        moves.outside_cluster_count,
        case
            when models.model_version = decision.model_version then moves.outside_cluster_count
            else moves.refit_outside_cluster_count
        end as refit_outside_cluster_count,
        shift.largest_shift,
        coalesce(shift.shifted_count, 0) as shifted_count,
        models.as_of_date as fitted_as_of_date

    from models

    cross join decision

    cross join today

    cross join moves

    cross join shift

    inner join remembered
        on models.model_version = remembered.model_version

)

select * from final
