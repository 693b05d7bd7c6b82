with

clusters as (

    select * from {{ ref('ml_customer_clusters') }}

),

curves as (

    select * from {{ ref('ml_confidence_curves') }}

),

distances as (

    select
        customer_id,
        'behaviour' as axis,
        behaviour_distance as distance,
        behaviour_runner_up_distance as runner_up_distance

    from clusters

    union all

    select
        customer_id,
        'taste' as axis,
        taste_distance as distance,
        taste_runner_up_distance as runner_up_distance

    from clusters

),

margins as (

    select
        customer_id,
        axis,
        (runner_up_distance - distance) / nullif(runner_up_distance + distance, 0) as margin

    from distances

),

axis_confidences as (

    select
        margins.customer_id,
        margins.axis,
        curves.agreed_from + coalesce(
            (curves.agreed_to - curves.agreed_from)
            * (margins.margin - curves.margin_from)
            / (curves.margin_to - curves.margin_from),
            0
        ) as confidence

    from margins

    left join curves
        on
            margins.axis = curves.axis
            and margins.margin >= curves.margin_from
            and margins.margin < coalesce(curves.margin_to, margins.margin + 1)

),

confidences as (

    select
        customer_id,
        max(confidence) filter (where axis = 'behaviour') as behaviour_confidence,
        max(confidence) filter (where axis = 'taste') as taste_confidence

    from axis_confidences
    group by 1

),

final as (

    select
        *,
        behaviour_confidence * taste_confidence as confidence

    from confidences

)

select * from final
