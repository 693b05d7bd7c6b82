with

behaviour_contributions as (

    select * from {{ ref('int_customer_behaviour_contributions') }}

),

taste_contributions as (

    select * from {{ ref('int_customer_taste_contributions') }}

),

family_shares as (

    select
        product_family,
        cast(sum(order_count) as double) / sum(sum(order_count)) over () as typical_share

    from taste_contributions
    where order_count is not null
    group by 1

),

axes as (

    select
        customer_id,
        'behaviour' as axis,
        feature,
        reason_rank,
        contribution,
        customer_value,
        typical_value

    from behaviour_contributions

    union all

    select
        taste_contributions.customer_id,
        'taste' as axis,
        taste_contributions.product_family as feature,
        taste_contributions.reason_rank,
        taste_contributions.contribution,
        taste_contributions.customer_share as customer_value,
        family_shares.typical_share as typical_value

    from taste_contributions

    left join family_shares
        on taste_contributions.product_family = family_shares.product_family

    -- Nothing speaks for the taste of all.
    where taste_contributions.contribution is not null

),

reasons as (

    select
        customer_id,
        axis,
        feature,
        case
            when axis = 'behaviour'
                then
                    {{ feature_text('feature', 'customer_value') | indent(20) }}
                    || ', typical ' || {{ feature_text('feature', 'typical_value', false) }}
            else
                feature || ' ' || {{ percent_text('customer_value') }}
                || ' of item orders, typical ' || {{ percent_text('typical_value') }}
        end as reason,
        case axis
            when 'behaviour'
                then
                    {{ feature_text('feature', 'customer_value', false) | indent(20) }}
                    <> {{ feature_text('feature', 'typical_value', false) }}
            else {{ percent_text('customer_value') }} <> {{ percent_text('typical_value') }}
        end as is_telling,
        reason_rank,
        cast(contribution as decimal(28, 15)) as contribution,
        customer_value,
        typical_value

    from axes
    where reason_rank < 4

    union all

    -- Decimals, because they add up to the same sum in any order.
    select
        customer_id,
        axis,
        'all others' as feature,
        'all others' as reason,
        false as is_telling,
        reason_rank,
        sum(cast(contribution as decimal(28, 15))) as contribution,
        null as customer_value,
        null as typical_value

    from axes
    where reason_rank = 4
    group by 1, 2, 6

),

final as (

    select
        ---------- ids
        customer_id,

        ---------- strings
        axis,
        feature,
        reason,

        ---------- numbers
        cast(reason_rank as bigint) as reason_rank,
        cast(contribution as double) as contribution,
        customer_value,
        typical_value,

        ---------- booleans
        is_telling

    from reasons

)

select * from final
