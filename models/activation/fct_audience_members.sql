with

customer_segments as (

    select * from {{ ref('fct_customer_segments') }}

),

segments as (

    select * from {{ ref('dim_segments') }}

),

playbook as (

    select * from {{ ref('dim_playbook') }}

),

customers as (

    select * from {{ ref('dim_customers') }}

),

explanations as (

    select * from {{ ref('fct_customer_explanations') }}

),

recent_returns as (

    select * from {{ ref('int_customer_recent_returns') }}

),

members as (

    select
        customer_segments.segment_id as audience_id,
        customer_segments.customer_id,
        customer_segments.segment_name,
        customer_segments.is_taste_weak,
        customers.country,
        playbook.action,
        playbook.channel,
        playbook.offer,
        playbook.priority,
        playbook.cadence,
        explanations.reason_code,
        -- Follows from salt, audience and customer alone, in any build and engine.
        {{ dbt.hash(
            quoted(var('audience_salt') ~ '|') ~ " || customer_segments.segment_id || '|' || "
            ~ 'customer_segments.customer_id'
        ) }} as draw,
        coalesce(recent_returns.returned_share >= {{ var('audience_return_share') }}, false)
            as has_returned_lately

    from customer_segments

    inner join segments
        on customer_segments.segment_id = segments.segment_id

    inner join playbook
        on segments.behaviour_profile = playbook.behaviour_profile

    inner join customers
        on customer_segments.customer_id = customers.customer_id

    left join explanations
        on customer_segments.customer_id = explanations.customer_id

    left join recent_returns
        on customer_segments.customer_id = recent_returns.customer_id

),

-- Who has returned lately takes no part in the draw, so the arms differ by chance alone.
drawn as (

    select
        *,
        count(*) over (partition by audience_id, has_returned_lately) as drawn_count,
        row_number() over (
            partition by audience_id, has_returned_lately
            order by draw, customer_id
        ) as draw_rank

    from members

),

suppressed as (

    select
        *,
        case
            when has_returned_lately then 'returned lately'
            when drawn_count < {{ var('audience_min_customers') }} then 'audience too small'
        end as suppression_reason,
        draw_rank <= floor(drawn_count * {{ var('audience_holdout_share') }} + 0.5)
            as has_low_draw

    from drawn

),

final as (

    select
        ---------- ids
        audience_id,
        customer_id,

        ---------- strings
        segment_name,
        country,
        action,
        channel,
        offer,
        case
            when suppression_reason is not null then 'suppressed'
            when has_low_draw then 'hold-out'
            else 'treated'
        end as experiment_arm,
        suppression_reason,

        ---------- numbers
        priority,

        ---------- booleans
        suppression_reason is null and has_low_draw as is_holdout,
        suppression_reason is not null as is_suppressed,

        ---------- added later, so at the end
        cadence,
        reason_code,
        is_taste_weak

    from suppressed

)

select * from final
