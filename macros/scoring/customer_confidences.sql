{#-
    How surely a refit would give a customer the same label, one row per customer of `clusters` (the
    columns of ml_customer_clusters), read off the confidence curves of the model in force at the
    customer's margin. A curve goes from point to point along straight lines; beyond the last it stays.
    Without a runner-up, where there is one taste, no border is near. Null where the customers were too
    few for refits. `parameters` are those of all models, `models`
    tells which is in force.
-#}
{% macro customer_confidences(clusters, parameters, models) %}
with

points as (

    select
        parameters.axis,
        parameters.component as curve_point,
        max(parameters.value) filter (where parameters.parameter = 'curve_margin') as margin,
        max(parameters.value) filter (where parameters.parameter = 'curve_agreed') as agreed

    from {{ parameters }} as parameters

    inner join {{ models }} as models
        on parameters.model_version = models.model_version

    where
        models.is_in_force
        and parameters.parameter in ('curve_margin', 'curve_agreed')
    group by 1, 2

),

curves as (

    select
        axis,
        margin as margin_from,
        lead(margin) over (partition by axis order by curve_point) as margin_to,
        agreed as agreed_from,
        lead(agreed) over (partition by axis order by curve_point) as agreed_to

    from points

),

margins as (
    {% for axis in ['behaviour', 'taste'] %}
    select
        customer_id,
        '{{ axis }}' as axis,
        case
            when {{ axis }}_runner_up_distance is null then 1
            when {{ axis }}_runner_up_distance + {{ axis }}_distance = 0 then 0
            else
                ({{ axis }}_runner_up_distance - {{ axis }}_distance)
                / ({{ axis }}_runner_up_distance + {{ axis }}_distance)
        end as margin

    from {{ clusters }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
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

both_axes as (

    select
        customer_id,
        max(confidence) filter (where axis = 'behaviour') as behaviour_confidence,
        max(confidence) filter (where axis = 'taste') as taste_confidence

    from axis_confidences
    group by 1

)

select
    *,
    behaviour_confidence * taste_confidence as confidence

from both_axes
{% endmacro %}
