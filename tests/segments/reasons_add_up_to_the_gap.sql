-- The contributions of a customer and axis add up to the squared distance to the runner-up less
-- that to the own centroid, within 1e-9.
with

reasons as (

    select
        customer_id,
        axis,
        sum(contribution) as contribution

    from {{ ref('fct_customer_reasons') }}
    group by 1, 2

),

segments as (

    select * from {{ ref('fct_customer_segments') }}

)

select
    segments.customer_id,
    behaviours.contribution as behaviour_contribution,
    tastes.contribution as taste_contribution
from segments

left join reasons as behaviours
    on
        segments.customer_id = behaviours.customer_id
        and behaviours.axis = 'behaviour'

left join reasons as tastes
    on
        segments.customer_id = tastes.customer_id
        and tastes.axis = 'taste'

where not (
    coalesce(
        abs(
            power(segments.behaviour_runner_up_distance, 2)
            - power(segments.behaviour_distance, 2)
            - behaviours.contribution
        ) <= 1e-9,
        false
    )
    and coalesce(
        abs(
            power(segments.taste_runner_up_distance, 2)
            - power(segments.taste_distance, 2)
            - tastes.contribution
        ) <= 1e-9,
        -- Without taste there is no gap, and nothing that speaks for it.
        segments.taste_runner_up_distance is null and tastes.contribution is null
    )
)
