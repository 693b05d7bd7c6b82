{%- set z = 'cast(1.96 as double)' -%}
with

agreement as (

    select * from {{ ref('int_taste_agreement') }}

),

customer_segments as (

    select * from {{ ref('fct_customer_segments') }}

),

features as (

    select * from {{ ref('fct_customer_features') }}

),

-- Decimals add up to the same sum in any order, doubles do not.
confidences as (

    select
        agreement.first_order_count,
        count(*) as segmented_customer_count,
        cast(sum(cast(customer_segments.taste_confidence as decimal(18, 15))) as double)
        / nullif(count(customer_segments.taste_confidence), 0) as mean_taste_confidence

    from customer_segments

    inner join features
        on customer_segments.customer_id = features.customer_id

    inner join agreement
        on
            features.order_count >= agreement.first_order_count
            and features.order_count
            < coalesce(agreement.next_first_order_count, features.order_count + 1)

    group by 1

),

-- The score interval, which stays between 0 and 1 (Wilson 1927), at 1.96 standard errors.
intervals as (

    select
        *,
        (agreed_share + {{ z }} * {{ z }} / (2 * customer_count))
        / (1 + {{ z }} * {{ z }} / customer_count) as centre,
        {{ z }} * sqrt(
            agreed_share * (1 - agreed_share) / customer_count
            + {{ z }} * {{ z }} / (4 * customer_count * customer_count)
        ) / (1 + {{ z }} * {{ z }} / customer_count) as half_width

    from agreement

),

final as (

    select
        ---------- numbers
        intervals.first_order_count,
        intervals.customer_count,
        intervals.agreed_share,
        -- Where all agree, or nobody does, rounding would leave the share just outside.
        greatest(least(intervals.centre - intervals.half_width, intervals.agreed_share), 0)
            as agreed_share_low,
        least(greatest(intervals.centre + intervals.half_width, intervals.agreed_share), 1)
            as agreed_share_high,
        intervals.chance_share,
        intervals.kappa,
        coalesce(confidences.segmented_customer_count, 0) as segmented_customer_count,
        confidences.mean_taste_confidence,

        ---------- booleans
        intervals.is_weak

    from intervals

    left join confidences
        on intervals.first_order_count = confidences.first_order_count

)

select * from final
