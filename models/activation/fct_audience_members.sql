{%- set offer_items = [
    'own_item_1', 'own_item_2', 'own_item_3', 'next_item_1', 'next_item_2', 'next_item_3',
] -%}
with

customer_segments as (

    select * from {{ ref('fct_customer_segments') }}

),

playbook as (

    select * from {{ ref('dim_playbook') }}

),

explanations as (

    select * from {{ ref('fct_customer_explanations') }}

),

recent_returns as (

    select * from {{ ref('int_customer_recent_returns') }}

),

offers as (

    select * from {{ ref('int_customer_offers') }}

),

customer_values as (

    select * from {{ ref('fct_customer_value') }}

),

members as (

    select
        customer_segments.segment_id as audience_id,
        customer_segments.customer_id,
        customer_segments.segment_name,
        customer_segments.behaviour_profile,
        -- No words where they would be a guess, or where there is one taste.
        case
            when
                not customer_segments.is_taste_weak
                and customer_segments.taste_runner_up_distance is not null
                then customer_segments.taste_name
        end as taste_name,
        customer_segments.is_taste_weak,
        explanations.reason_code,
        customer_values.expected_spend,
        coalesce(recent_returns.returned_share >= {{ var('audience_return_share') }}, false)
            as has_returned_lately

    from customer_segments

    left join explanations
        on customer_segments.customer_id = explanations.customer_id

    left join customer_values
        on customer_segments.customer_id = customer_values.customer_id

    left join recent_returns
        on customer_segments.customer_id = recent_returns.customer_id

),

suppressed as (

    select
        *,
        case
            when has_returned_lately then 'returned lately'
            when
                count(*) over (partition by audience_id, has_returned_lately)
                < {{ var('audience_min_customers') }}
                then 'audience too small'
        end as suppression_reason

    from members

),

final as (

    select
        ---------- ids
        suppressed.audience_id,
        suppressed.customer_id,

        ---------- strings
        suppressed.segment_name,
        suppressed.behaviour_profile,
        suppressed.taste_name,
        offers.country,
        playbook.action,
        playbook.channel,
        playbook.offer,
        playbook.cadence,
        suppressed.reason_code,
        suppressed.suppression_reason,
        {%- for column in offer_items %}
            offers.{{ column }},
        {%- endfor %}

        ---------- numbers
        playbook.priority,
        playbook.cadence_days,
        playbook.capacity_per_week,
        row_number() over (
            partition by
                suppressed.behaviour_profile,
                suppressed.suppression_reason is not null
            order by
                suppressed.expected_spend desc nulls last,
                offers.net_sales desc,
                suppressed.customer_id
        ) as priority_rank,
        suppressed.expected_spend,
        offers.usual_order_value,
        offers.next_order_value,
        offers.order_count,
        offers.recency_days,
        offers.net_sales,

        ---------- booleans
        suppressed.suppression_reason is not null as is_suppressed,
        suppressed.is_taste_weak,

        ---------- dates
        offers.last_order_date

    from suppressed

    inner join playbook
        on suppressed.behaviour_profile = playbook.behaviour_profile

    left join offers
        on suppressed.customer_id = offers.customer_id

)

select * from final
