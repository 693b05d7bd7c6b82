{#- A score of s says: at least (s - 1) x 20 % of all customers do strictly worse. -#}
with

features as (

    select * from {{ ref('fct_customer_features') }}

),

segments as (

    select * from {{ ref('rfm_segments') }}

),

definitions as (

    select * from {{ ref('rfm_segment_definitions') }}

),

-- Customers of one value are counted first, so that what has to be sorted below is the distinct
-- values of a measure and never all customers in one place.
value_counts as (

    select
        'recency_days' as measure,
        cast(recency_days as decimal(18, 4)) as value,
        count(*) as customer_count

    from features
    group by 1, 2

    union all

    select
        'order_count' as measure,
        cast(order_count as decimal(18, 4)) as value,
        count(*) as customer_count

    from features
    group by 1, 2

    union all

    select
        'net_sales' as measure,
        cast(net_sales as decimal(18, 4)) as value,
        count(*) as customer_count

    from features
    group by 1, 2

),

value_ranks as (

    select
        measure,
        value,
        -- Worst first: a day since the last order is bad, an order or a pound is good.
        sum(customer_count) over (
            partition by measure
            order by case when measure = 'recency_days' then -value else value end
        ) - customer_count as worse_customer_count,
        sum(customer_count) over (partition by measure) as all_customer_count

    from value_counts

),

value_scores as (

    select
        measure,
        value,
        1 + cast(
            floor(5 * cast(worse_customer_count as double) / all_customer_count) as bigint
        ) as score

    from value_ranks

),

scored as (

    select
        features.customer_id,
        features.recency_days,
        features.order_count,
        features.net_sales,
        recency_scores.score as recency_score,
        frequency_scores.score as frequency_score,
        monetary_scores.score as monetary_score,
        -- The mean of two scores, a half rounded up.
        cast(floor((frequency_scores.score + monetary_scores.score + 1) / 2) as bigint)
            as frequency_monetary_score

    from features

    inner join value_scores as recency_scores
        on
            features.recency_days = recency_scores.value
            and recency_scores.measure = 'recency_days'

    inner join value_scores as frequency_scores
        on
            features.order_count = frequency_scores.value
            and frequency_scores.measure = 'order_count'

    inner join value_scores as monetary_scores
        on
            features.net_sales = monetary_scores.value
            and monetary_scores.measure = 'net_sales'

),

final as (

    select
        ---------- ids
        scored.customer_id,

        ---------- strings
        cast(scored.recency_score as {{ dbt.type_string() }})
        || '-' || cast(scored.frequency_score as {{ dbt.type_string() }})
        || '-' || cast(scored.monetary_score as {{ dbt.type_string() }}) as rfm_cell,
        segments.rfm_segment,
        definitions.definition,

        ---------- numbers
        scored.recency_score,
        scored.frequency_score,
        scored.monetary_score,
        scored.frequency_monetary_score,
        scored.recency_days,
        scored.order_count,
        scored.net_sales

    from scored

    left join segments
        on
            scored.recency_score = segments.recency_score
            and scored.frequency_monetary_score = segments.frequency_monetary_score

    left join definitions
        on segments.rfm_segment = definitions.rfm_segment

)

select * from final
