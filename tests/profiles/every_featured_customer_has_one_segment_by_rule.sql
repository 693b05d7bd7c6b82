-- The boxes of the rules cover every customer once: each customer with features has one segment by
-- rule.
with

features as (

    select * from {{ ref('fct_customer_features') }}

),

customer_rules as (

    select * from {{ ref('int_customer_rules') }}

),

final as (

    select
        features.customer_id,
        count(customer_rules.customer_id) as segment_count

    from features

    left join customer_rules
        on features.customer_id = customer_rules.customer_id

    group by 1
    having count(customer_rules.customer_id) != 1

)

select * from final
