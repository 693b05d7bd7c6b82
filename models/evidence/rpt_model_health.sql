{# A model that should be refitted warns. -#}
{{ config(post_hook='{{ check_health() }}') }}
with

health as (

    select * from {{ ref('int_model_health') }}

),

-- Chance moves more than 2.5 times what it moves on average in fewer than one resample of twenty.
judged as (

    select
        *,
        shifted_count > 0 as is_shifted,
        coalesce(moved_share > chance_moved_share, false) as is_above_chance,
        coalesce(moved_share > 2.5 * chance_moved_share, false) as is_beyond_chance,
        coalesce(outside_cluster_count > refit_outside_cluster_count, false) as is_size_mended

    from health

),

decided as (

    select
        *,
        case
            when
                moved_share >= {{ var('refit_advised_share') }}
                and ((is_shifted and is_above_chance) or is_beyond_chance)
                then 'refit'
            when
                is_shifted
                or is_size_mended
                or (is_beyond_chance and moved_share > {{ var('refit_max_changed_share') }})
                then 'watch'
            else 'keep'
        end as verdict

    from judged

),

final as (

    select
        ---------- ids
        model_version,

        ---------- strings
        verdict,
        -- The gate refuses what moves more than it may, unless it is forced.
        case
            when verdict <> 'refit' then null
            when moved_share > {{ var('refit_max_changed_share') }} then 'force'
            else 'true'
        end as advised_refit,
        most_shifted,

        ---------- numbers
        cast(age_days as bigint) as age_days,
        fitted_history_months,
        history_months,
        fitted_customer_count,
        customer_count,
        moved_share,
        moved_behaviour_share,
        moved_taste_share,
        chance_moved_share,
        largest_shift,
        cast(shifted_count as bigint) as shifted_count,
        cast(outside_cluster_count as bigint) as outside_cluster_count,
        cast(refit_outside_cluster_count as bigint) as refit_outside_cluster_count,

        ---------- dates
        fitted_as_of_date

    from decided

)

select * from final
