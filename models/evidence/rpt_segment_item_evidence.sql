with

segments as (

    select * from {{ ref('dim_segments') }}
    where customer_count > 0

),

segment_products as (

    select * from {{ ref('int_segment_products') }}

),

backtests as (

    select * from {{ ref('rpt_segment_backtest') }}
    where design = 'segments' and measure = 'rec_lift'

),

comparisons as (

    select 'taste within behaviour' as compared

    union all

    select 'behaviour within taste' as compared

),

tastes as (

    select count(distinct taste_cluster_id) as taste_count
    from segments

),

product_counts as (

    select
        segment_id,
        compared,
        count(*) filter (where product_type = 'item') as tested_item_count,
        count(*) filter (
            where product_type = 'item' and is_over_bought
        ) as over_bought_item_count,
        count(*) filter (
            where product_type = 'family' and is_over_bought
        ) as over_bought_family_count

    from segment_products
    group by 1, 2

),

ranked_backtests as (

    select
        value as item_lift,
        low as item_lift_low,
        high as item_lift_high,
        row_number() over (order by as_of_date desc) as backtest_rank

    from backtests

),

latest_backtest as (

    select * from ranked_backtests
    where backtest_rank = 1

),

counted as (

    select
        segments.segment_id,
        segments.customer_count,
        comparisons.compared,
        comparisons.compared = 'taste within behaviour'
        and tastes.taste_count < 2 as is_single_taste,
        coalesce(product_counts.tested_item_count, 0) as tested_item_count,
        coalesce(product_counts.over_bought_item_count, 0) as over_bought_item_count,
        coalesce(product_counts.over_bought_family_count, 0) as over_bought_family_count

    from segments

    cross join comparisons

    cross join tastes

    left join product_counts
        on
            segments.segment_id = product_counts.segment_id
            and comparisons.compared = product_counts.compared

),

final as (

    select
        ---------- ids
        counted.segment_id,

        ---------- strings
        counted.compared,
        case
            when counted.is_single_taste then 'There is one taste only, so none to compare it with.'
            when counted.over_bought_item_count + counted.over_bought_family_count = 0
                then 'Nothing is reliable.'
            else
                'It buys more of: items, ' || {{ count_text('counted.over_bought_item_count') }}
                || '; families, ' || {{ count_text('counted.over_bought_family_count') }} || '.'
        end as finding,
        case
            when latest_backtest.item_lift is null
                then 'No backtest has measured lists of items.'
            when latest_backtest.item_lift < 1
                then
                    'In the backtest, bestsellers of segments met later baskets less often than '
                    || 'those of everybody.'
            when latest_backtest.item_lift_low <= 1
                then
                    'In the backtest, bestsellers of segments did not clearly meet later baskets '
                    || 'more often than those of everybody.'
            else
                'In the backtest, bestsellers of segments met later baskets more often than those '
                || 'of everybody.'
        end as backtest_finding,

        ---------- numbers
        counted.customer_count,
        counted.tested_item_count,
        counted.over_bought_item_count,
        counted.over_bought_family_count,
        latest_backtest.item_lift,
        latest_backtest.item_lift_low,
        latest_backtest.item_lift_high

    from counted

    left join latest_backtest
        on true

)

select * from final
