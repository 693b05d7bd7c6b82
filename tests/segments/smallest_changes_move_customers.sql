-- A customer with the smallest change is in the cluster that it names; one day, order or pound less
-- of it leaves the customer where it is.
with

changes as (

    select * from {{ ref('int_customer_smallest_changes') }}

),

features as (

    select * from {{ ref('fct_customer_features') }}

),

model_parameters as (

    select * from {{ ref('dim_behaviour_model') }}

),

steps as (

    select
        customer_id,
        feature,
        changed_value as what_if_value,
        true as is_changed

    from changes

    union all

    select
        customer_id,
        feature,
        case
            when move > 0 then greatest(changed_value - 1, customer_value)
            else least(changed_value + 1, customer_value)
        end as what_if_value,
        false as is_changed

    from changes

),

what_ifs as (

    select
        steps.customer_id,
        {% for feature in clustered_features() -%}
            case
                when steps.feature = '{{ feature }}' then steps.what_if_value
                else features.{{ feature }}
            end as {{ feature }},
        {% endfor -%}
        steps.is_changed

    from steps

    inner join features
        on steps.customer_id = features.customer_id

),

distances as (

    {{ behaviour_distances(
        'what_ifs', 'model_parameters', ['customer_id', 'is_changed']
    ) | indent(4) }}

),

nearest as (

    select
        *,
        row_number() over (
            partition by customer_id, is_changed
            order by distance, cluster_id
        ) as distance_rank

    from distances

)

select
    nearest.customer_id,
    nearest.is_changed,
    nearest.cluster_id
from nearest

inner join changes
    on nearest.customer_id = changes.customer_id

where
    nearest.distance_rank = 1
    and nearest.cluster_id <> case
        when nearest.is_changed then changes.changed_cluster_id
        else changes.cluster_id
    end
