with

groups as (

    select * from {{ ref('int_feature_groups') }}

    union all

    select * from {{ ref('int_item_groups') }}

),

models as (

    select * from {{ ref('dim_models') }}
    where is_in_force

),

features as (

    select * from {{ ref('fct_customer_features') }}

),

customer_totals as (

    select
        models.model_version,
        max(models.customer_count) as fitted_customer_count,
        count(*) as customer_count

    from features

    cross join models

    group by 1

),

group_shares as (

    select
        subject,
        group_number,
        share_at_fit,
        count_now,
        count(*) over (partition by subject) as group_count,
        sum(count_now) over (partition by subject) as count_sum

    from groups

),

-- Half a customer more in each group, so that an empty one makes no infinity.
smoothed as (

    select
        group_shares.subject,
        group_shares.group_count,
        cast(1 as double) / customer_totals.fitted_customer_count
        + cast(1 as double) / customer_totals.customer_count as sampling_variance,
        (group_shares.share_at_fit * customer_totals.fitted_customer_count + 0.5)
        / (customer_totals.fitted_customer_count + 0.5 * group_shares.group_count) as share_at_fit,
        (
            cast(group_shares.count_now as double) / nullif(group_shares.count_sum, 0)
            * customer_totals.customer_count + 0.5
        ) / (customer_totals.customer_count + 0.5 * group_shares.group_count) as share_now

    from group_shares

    cross join customer_totals

),

-- Decimals add up to the same sum in any order, doubles do not.
indices as (

    select
        subject,
        cast(group_count - 1 as double) as freedom,
        sampling_variance,
        cast(sum(
            cast((share_now - share_at_fit) * ln(share_now / share_at_fit) as decimal(18, 12))
        ) as double) as population_stability_index

    from smoothed
    group by 1, 2, 3

),

-- 99 % of indices of no shift are below a chi-squared quantile (Yurdakul 2018), here by Wilson and
-- Hilferty's cube (1931).
bounded as (

    select
        subject,
        population_stability_index,
        case
            when freedom > 0
                then
                    sampling_variance * freedom
                    * power(1 - 2 / (9 * freedom) + 2.326348 * sqrt(2 / (9 * freedom)), 3)
            else 0
        end as chance_bound

    from indices

),

final as (

    select
        ---------- ids
        models.model_version,

        ---------- strings
        bounded.subject,

        ---------- numbers
        bounded.population_stability_index,
        bounded.chance_bound,

        ---------- booleans
        bounded.population_stability_index >= 0.1
        and bounded.population_stability_index > bounded.chance_bound as is_shifted

    from bounded

    cross join models

)

select * from final
