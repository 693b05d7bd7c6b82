{#-
    Moving one feature moves a customer along a straight line through the clusters, each of which is
    convex: the first border on the way has a closed form, and once left, the own cluster is left.
-#}
{%- set days = [] -%}
{%- set whole = [] -%}
{%- for feature in clustered_features() -%}
    {%- set unit = feature_unit(feature) -%}
    {%- if unit == 'days' -%} {%- do days.append(quoted(feature)) -%} {%- endif -%}
    {%- if unit in ('days', 'count', 'money') -%}
        {%- do whole.append(quoted(feature)) -%}
    {%- endif -%}
{%- endfor -%}
with

contributions as (

    select * from {{ ref('int_customer_behaviour_contributions') }}

),

features as (

    select * from {{ ref('fct_customer_features') }}

),

model_parameters as (

    select * from {{ ref('dim_behaviour_model') }}

),

clusters as (

    select * from {{ ref('ml_customer_clusters') }}

),

distances as (

    {{ behaviour_distances('features', 'model_parameters') | indent(4) }}

),

scales as (

    select
        feature,
        feature in ({{ days | join(', ') }}) as is_days,
        case when feature in ({{ whole | join(', ') }}) then 1 else 100 end as steps_per_unit,
        max(value) filter (where parameter = 'clip_low') as clip_low,
        max(value) filter (where parameter = 'clip_high') as clip_high,
        max(value) filter (where parameter = 'mean') as mean,
        max(value) filter (where parameter = 'scale') as scale

    from model_parameters
    group by 1

),

centroids as (

    select
        cluster_id,
        feature,
        value

    from model_parameters
    where parameter = 'centroid'

),

-- From each centroid to each other one.
centroid_gaps as (

    select
        owns.cluster_id,
        others.cluster_id as other_cluster_id,
        {{ each_feature(
            "max(others.value - owns.value) filter (where owns.feature = '#') as #_gap"
        ) | indent(8) }}

    from centroids as owns

    inner join centroids as others
        on
            owns.feature = others.feature
            and owns.cluster_id <> others.cluster_id

    group by 1, 2

),

-- How far a customer lies beyond the border to each other cluster, in squares of distances.
borders as (

    select
        clusters.customer_id,
        clusters.behaviour_cluster_id as cluster_id,
        {{ each_feature('centroid_gaps.#_gap') | indent(8) }},
        power(distances.distance, 2) - power(clusters.behaviour_distance, 2) as square_gap

    from clusters

    inner join distances
        on clusters.customer_id = distances.customer_id

    inner join centroid_gaps
        on
            clusters.behaviour_cluster_id = centroid_gaps.cluster_id
            and distances.cluster_id = centroid_gaps.other_cluster_id

),

-- How far the feature has to go for another centroid to be as near as the own one.
moves as (

    select
        contributions.customer_id,
        contributions.feature,
        borders.cluster_id,
        contributions.position,
        contributions.customer_value,
        borders.square_gap / (
            2 * nullif(
                case contributions.feature
                    {{ each_feature("when '#' then borders.#_gap", '') | indent(20) }}
                end,
                0
            )
        ) as move

    from contributions

    inner join borders
        on contributions.customer_id = borders.customer_id

),

-- As far as a feature goes at all: beyond the clips a customer stays in place.
possible as (

    select
        moves.customer_id,
        moves.feature,
        moves.cluster_id,
        moves.customer_value,
        moves.position,
        moves.move,
        scales.is_days,
        scales.steps_per_unit,
        scales.clip_low,
        scales.clip_high,
        scales.mean,
        scales.scale,
        (moves.position + moves.move) * scales.scale + scales.mean as border

    from moves

    inner join scales
        on
            moves.feature = scales.feature
            and (moves.position + moves.move) * scales.scale + scales.mean > scales.clip_low
            and (moves.position + moves.move) * scales.scale + scales.mean < scales.clip_high

),

ranked as (

    select
        *,
        case when is_days then power(border, 2) else exp(border) - 1 end as border_value,
        row_number() over (
            partition by customer_id
            order by abs(move), feature, move
        ) as move_rank

    from possible

),

-- The next whole day, order or pound beyond the border, the next hundredth of a share.
changed as (

    select
        *,
        case
            when move > 0 then floor(border_value * steps_per_unit) + 1
            else ceil(border_value * steps_per_unit) - 1
        end / steps_per_unit as changed_value

    from ranked
    where move_rank = 1

),

changed_positions as (

    select
        *,
        (
            least(
                greatest(
                    case when is_days then sqrt(changed_value) else ln(1 + changed_value) end,
                    clip_low
                ),
                clip_high
            ) - mean
        ) / scale as changed_position

    from changed

),

changed_ranks as (

    select
        changed_positions.customer_id,
        distances.cluster_id,
        row_number() over (
            partition by changed_positions.customer_id
            order by
                power(distances.distance, 2)
                - power(changed_positions.position - centroids.value, 2)
                + power(changed_positions.changed_position - centroids.value, 2),
                distances.cluster_id
        ) as distance_rank

    from changed_positions

    inner join distances
        on changed_positions.customer_id = distances.customer_id

    inner join centroids
        on
            changed_positions.feature = centroids.feature
            and distances.cluster_id = centroids.cluster_id

),

final as (

    select
        changed.customer_id,
        changed.feature,
        changed.cluster_id,
        changed_ranks.cluster_id as changed_cluster_id,
        changed.customer_value,
        changed.changed_value,
        case
            when changed.steps_per_unit > 1 then changed.customer_value
            when round(changed.customer_value) <> changed.changed_value then changed.customer_value
            when changed.move > 0 then floor(changed.customer_value)
            else ceil(changed.customer_value)
        end as shown_value,
        changed.move

    from changed

    inner join changed_ranks
        on
            changed.customer_id = changed_ranks.customer_id
            and changed_ranks.distance_rank = 1

)

select * from final
