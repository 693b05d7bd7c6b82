{#-
    The clusters that customers come to as one feature of theirs grows and the others stay, and with
    how few whole days, orders or pounds (`step`; 0 where they are without any). Each cluster is
    convex, so that the way enters it once and leaves it once, at borders of a closed form: two
    squared distances that are equal. Beyond the value at which the model clips nobody goes further.
-#}
{% macro cluster_steps(features, model, feature) %}
{%- set is_days = feature_unit(feature) == 'days' -%}
with

distances as (

    {{ behaviour_distances(features, model) | indent(4) }}

),

positions as (

    {{ behaviour_positions(features, model) | indent(4) }}

),

scales as (

    select
        max(value) filter (where parameter = 'clip_high') as clip_high,
        max(value) filter (where parameter = 'mean') as mean,
        max(value) filter (where parameter = 'scale') as scale

    from {{ model }}
    where feature = '{{ feature }}'

),

centroids as (

    select
        cluster_id,
        value as centroid

    from {{ model }}
    where
        parameter = 'centroid'
        and feature = '{{ feature }}'

),

points as (

    select
        positions.customer_id,
        distances.cluster_id,
        centroids.centroid,
        power(distances.distance, 2) as square,
        positions.{{ feature }}_position as position,
        cast(features.{{ feature }} as double) as feature_value

    from positions

    inner join {{ features }} as features
        on positions.customer_id = features.customer_id

    inner join distances
        on positions.customer_id = distances.customer_id

    inner join centroids
        on distances.cluster_id = centroids.cluster_id

),

-- Against each other centroid, a cluster holds what lies on its side of the border.
borders as (

    select
        points.*,
        others.centroid as other_centroid,
        points.square <= others.square as is_nearer,
        points.position
        + (points.square - others.square) / (2 * nullif(points.centroid - others.centroid, 0))
            as border

    from points

    inner join points as others
        on points.customer_id = others.customer_id

),

ranges as (

    select
        customer_id,
        cluster_id,
        max(position) as position,
        max(feature_value) as feature_value,
        max(border) filter (where centroid > other_centroid) as first_border,
        min(border) filter (where centroid < other_centroid) as last_border

    from borders
    group by 1, 2
    having count(*) filter (where centroid = other_centroid and not is_nearer) = 0

),

entered as (

    select
        ranges.*,
        scales.clip_high,
        scales.mean,
        scales.scale,
        case
            when coalesce(ranges.first_border < ranges.position, true) then 0
            else
                greatest(
                    floor(
                        {% if is_days -%}
                        power(ranges.first_border * scales.scale + scales.mean, 2)
                        {%- else -%}
                        exp(ranges.first_border * scales.scale + scales.mean) - 1
                        {%- endif %} - ranges.feature_value
                    ),
                    0
                ) + 1
        end as step

    from ranges

    cross join scales

    where
        coalesce(ranges.first_border, ranges.position) * scales.scale + scales.mean
        <= scales.clip_high

),

stopped as (

    select
        *,
        case
            when step = 0 then position
            else
                (
                    least(
                        {% if is_days -%}
                        sqrt(feature_value + step)
                        {%- else -%}
                        ln(1 + feature_value + step)
                        {%- endif %},
                        clip_high
                    ) - mean
                ) / scale
        end as step_position

    from entered

)

select
    customer_id,
    cluster_id,
    cast(step as {{ dbt.type_bigint() }}) as step
from stopped
where coalesce(step_position <= last_border, true)
{% endmacro %}
