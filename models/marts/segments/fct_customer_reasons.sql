with

behaviour_contributions as (

    select * from {{ ref('int_customer_behaviour_contributions') }}

),

taste_contributions as (

    select * from {{ ref('int_customer_taste_contributions') }}

),

contributions as (

    select
        customer_id,
        'behaviour' as axis,
        feature,
        {{ feature_text('feature', 'customer_value') }}
        || ', typical ' || {{ feature_text('feature', 'typical_value', false) }} as reason,
        contribution,
        customer_value,
        typical_value

    from behaviour_contributions

    union all

    select
        customer_id,
        'taste' as axis,
        product_family as feature,
        product_family || ' ' || {{ percent_text('customer_share') }}
        || ' of item orders, typical ' || {{ percent_text('typical_share') }} as reason,
        contribution,
        customer_share as customer_value,
        typical_share as typical_value

    from taste_contributions

),

-- Items of no family say nothing to people, so they are among the others.
numbered as (

    select
        *,
        row_number() over (
            partition by customer_id, axis
            order by feature = 'Other', contribution desc, feature
        ) as feature_number

    from contributions

),

ranked as (

    select
        *,
        case when feature = 'Other' then 4 else least(feature_number, 4) end as reason_rank

    from numbered

),

-- Decimals, because they add up to the same sum in any order.
final as (

    select
        ---------- ids
        customer_id,

        ---------- strings
        axis,
        case when reason_rank = 4 then 'all others' else max(feature) end as feature,
        case when reason_rank = 4 then 'all others' else max(reason) end as reason,

        ---------- numbers
        cast(reason_rank as bigint) as reason_rank,
        cast(sum(cast(contribution as decimal(28, 15))) as double) as contribution,
        case when reason_rank < 4 then max(customer_value) end as customer_value,
        case when reason_rank < 4 then max(typical_value) end as typical_value

    from ranked
    group by customer_id, axis, reason_rank

)

select * from final
