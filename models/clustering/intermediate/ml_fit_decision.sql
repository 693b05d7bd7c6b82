{#- Which stored model to go on with, and whether to fit one, which needs customers. -#}
{{ config(post_hook='{{ check_customers() }}') }}
with

parameters as (

    select * from {{ source('kept', 'ml_kmeans_parameters') }}

),

items as (

    select * from {{ ref('int_items') }}

),

as_of as (

    select * from {{ ref('int_as_of') }}

),

attempts as (

    select
        model_version,
        cast(max(text) filter (where parameter = 'as_of_date') as date) as as_of_date,
        max(text) filter (where parameter = 'settings') as settings,
        max(text) filter (where parameter = 'decision') as decision,
        -- What an earlier version did not fit, and a build scores with.
        count(*) filter (where axis = 'behaviour' and parameter like 'rule%') > 0
        and count(*) filter (where axis = 'behaviour' and parameter = 'curve_margin') > 0
            as is_complete

    from parameters
    group by 1

),

-- Another shop, or another range of items, is not what a model was fitted to.
item_shares as (

    select
        parameters.model_version,
        cast(count(items.stock_code) as double) / count(*) as known_item_share

    from parameters

    left join items
        on parameters.feature = items.stock_code

    where
        parameters.axis = 'taste'
        and parameters.parameter = 'idf'
    group by 1

),

-- A model fitted to later days would tell a build as of an earlier one about its future.
usable as (

    select
        attempts.model_version,
        {{ is_of_these_settings('attempts.settings') }} as has_same_settings,
        attempts.is_complete,
        row_number() over (
            order by
                {{ is_of_these_settings('attempts.settings') }} desc,
                attempts.is_complete desc,
                attempts.as_of_date desc,
                attempts.model_version desc
        ) as usable_rank

    from attempts

    inner join item_shares
        on attempts.model_version = item_shares.model_version

    cross join as_of

    where
        attempts.decision = 'accepted'
        and attempts.as_of_date <= as_of.as_of_date
        and item_shares.known_item_share >= {{ var('model_min_item_share') }}

),

best as (

    select * from usable
    where usable_rank = 1

),

attempt_totals as (

    select
        coalesce(max(model_version), 0) as last_model_version,
        count(*) filter (where decision = 'accepted') as accepted_count

    from attempts

),

decided as (

    select
        as_of.as_of_date,
        attempt_totals.last_model_version,
        best.model_version as compared_model_version,
        coalesce(best.has_same_settings and best.is_complete, false) as is_comparable,
        case
            when attempt_totals.accepted_count = 0 then 'first model'
            when best.model_version is null then 'no stored model for these items and dates'
            when not best.has_same_settings then 'other settings'
            when not best.is_complete then 'stored model of an earlier version'
            when '{{ var("refit") | string | lower }}' in ('true', 'force') then 'refit asked for'
        end as fit_reason

    from as_of

    cross join attempt_totals

    left join best
        on best.usable_rank = 1

),

final as (

    select
        cast(last_model_version + 1 as {{ dbt.type_bigint() }}) as model_version,
        compared_model_version,
        case when is_comparable then compared_model_version end as stored_model_version,
        {{ model_settings() }} as settings,
        fit_reason,
        fit_reason is not null as is_fit,
        is_comparable,
        {{ 'true' if var('refit') | string | lower == 'force' else 'false' }} as is_forced,
        as_of_date

    from decided

)

select * from final
