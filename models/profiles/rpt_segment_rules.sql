with

segments as (

    select * from {{ ref('dim_segments') }}

),

customer_segments as (

    select * from {{ ref('fct_customer_segments') }}

),

customer_rules as (

    select * from {{ ref('int_customer_rules') }}

),

behaviour_rules as (

    select * from {{ ref('ml_behaviour_rules') }}

),

-- Each bound in words, empty where there is none.
worded as (

    select
        cluster_id,
        box_number,
        case
            when recency_days_above is not null and recency_days_up_to is not null
                then
                    'last order ' || {{ count_text('recency_days_above + 1') }} || ' to '
                    || {{ count_text('recency_days_up_to') }} || ' days ago'
            when recency_days_above is not null
                then 'no order in the last ' || {{ count_text('recency_days_above') }} || ' days'
            when recency_days_up_to is not null
                then 'an order in the last ' || {{ count_text('recency_days_up_to') }} || ' days'
            else ''
        end as recency_words,
        {{ bounds_text('worth_above', 'worth_up_to') }} as worth_words,
        {{ bounds_text('worth_per_day_above', 'worth_per_day_up_to') }} as worth_per_day_words

    from behaviour_rules

),

phrased as (

    select
        cluster_id,
        box_number,
        recency_words,
        case
            when worth_words = '' and worth_per_day_words = '' then ''
            when worth_per_day_words = '' then 'net sales x orders ' || worth_words
            when worth_words = ''
                then
                    'net sales x orders, divided by the days since the last order, '
                    || worth_per_day_words
            else
                'net sales x orders ' || worth_words
                || ', and divided by the days since the last order ' || worth_per_day_words
        end as worth_words

    from worded

),

box_texts as (

    select
        cluster_id,
        box_number,
        case
            when recency_words = '' and worth_words = '' then 'any customer'
            when recency_words = '' then worth_words
            when worth_words = '' then recency_words
            else recency_words || ' and ' || worth_words
        end as box_text

    from phrased

),

-- There are at most two and a half boxes a cluster, of up to 10 clusters.
behaviour_texts as (

    select
        cluster_id,
        max(box_text) filter (where box_number = 1)
        {%- for number in range(2, 18) %}
            || coalesce('; or ' || max(box_text) filter (where box_number = {{ number }}), '')
        {%- endfor %} as behaviour_rule

    from box_texts
    group by 1

),

-- Each customer counts twice: in its segment and in the total.
memberships as (

    select
        customer_segments.segment_id,
        customer_rules.segment_id as rule_segment_id

    from customer_segments

    inner join customer_rules
        on customer_segments.customer_id = customer_rules.customer_id

),

labelled as (

    select
        segment_id,
        count(*) as customer_count,
        count(*) filter (where segment_id = rule_segment_id) as agreed_count

    from memberships
    group by 1

),

ruled as (

    select
        rule_segment_id as segment_id,
        count(*) as rule_customer_count

    from memberships
    group by 1

),

counted as (

    select
        segments.segment_id,
        segments.segment_name,
        behaviour_texts.behaviour_rule,
        case
            when {{ is_no_taste('segments.taste_cluster_id') }} then null
            else 'most item points are for ' || segments.taste_name
        end as taste_rule,
        coalesce(labelled.customer_count, 0) as customer_count,
        coalesce(ruled.rule_customer_count, 0) as rule_customer_count,
        coalesce(labelled.agreed_count, 0) as agreed_count,
        false as is_total

    from segments

    left join behaviour_texts
        on segments.behaviour_cluster_id = behaviour_texts.cluster_id

    left join labelled
        on segments.segment_id = labelled.segment_id

    left join ruled
        on segments.segment_id = ruled.segment_id

    union all

    select
        'all' as segment_id,
        'All segments' as segment_name,
        null as behaviour_rule,
        null as taste_rule,
        count(*) as customer_count,
        count(*) as rule_customer_count,
        count(*) filter (where segment_id = rule_segment_id) as agreed_count,
        true as is_total

    from memberships

),

final as (

    select
        ---------- ids
        segment_id,

        ---------- strings
        segment_name,
        case
            when is_total then 'Each customer in the segment whose rule fits.'
            when behaviour_rule is null then 'No customer: the other rules leave no room.'
            else
                upper(substr(behaviour_rule, 1, 1)) || substr(behaviour_rule, 2) || '.'
                || coalesce(
                    ' ' || upper(substr(taste_rule, 1, 1)) || substr(taste_rule, 2) || '.', ''
                )
        end as rule,

        ---------- numbers
        customer_count,
        rule_customer_count,
        cast(agreed_count as double) / nullif(customer_count, 0) as fidelity,
        cast(agreed_count as double) / nullif(rule_customer_count, 0) as rule_precision,

        ---------- booleans
        is_total

    from counted

)

select * from final
