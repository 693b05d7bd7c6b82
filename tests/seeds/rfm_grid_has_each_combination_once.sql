-- The RFM grid names each of the 5 x 5 combinations of scores exactly once: no gap, no overlap.
with

scores as (

    select 1 as score
    union all
    select 2 as score
    union all
    select 3 as score
    union all
    select 4 as score
    union all
    select 5 as score

),

combinations as (

    select
        recency_scores.score as recency_score,
        frequency_monetary_scores.score as frequency_monetary_score

    from scores as recency_scores

    cross join scores as frequency_monetary_scores

),

grid as (

    select
        recency_score,
        frequency_monetary_score,
        count(rfm_segment) as name_count

    from {{ ref('rfm_segments') }}
    group by 1, 2

)

select
    coalesce(combinations.recency_score, grid.recency_score) as recency_score,
    coalesce(combinations.frequency_monetary_score, grid.frequency_monetary_score)
        as frequency_monetary_score,
    coalesce(grid.name_count, 0) as name_count
from combinations
full outer join grid
    on
        combinations.recency_score = grid.recency_score
        and combinations.frequency_monetary_score = grid.frequency_monetary_score
where
    combinations.recency_score is null
    or coalesce(grid.name_count, 0) <> 1
{{ 'limit 0' if flags.EMPTY }}
