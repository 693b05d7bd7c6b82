with

members as (

    select * from {{ source('campaigns', 'members') }}

),

customers as (

    select * from {{ ref('dim_customer_ids') }}

),

final as (

    select
        ---------- ids
        coalesce(customers.customer_id, members.customer_id) as customer_id,
        members.audience_id,

        ---------- strings
        members.campaign_name,
        members.experiment_arm,
        members.goal_metric,

        ---------- numbers
        members.stratum,
        members.goal_effect,

        ---------- booleans
        customers.customer_id is not null as is_in_input,

        ---------- dates
        members.before_date,
        members.start_date,
        members.end_date

    from members

    left join customers
        on members.customer_id = {{ published_customer_id('customers.customer_id') }}

)

select * from final
