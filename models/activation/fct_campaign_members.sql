with

members as (

    select * from {{ ref('int_campaign_members') }}

),

orders as (

    select * from {{ ref('fct_orders') }}

),

totals as (

    {{ window_totals('members', 'orders') | indent(4) }}

),

final as (

    select
        ---------- ids
        members.customer_id,
        members.audience_id,

        ---------- strings
        members.campaign_name,
        members.experiment_arm,
        members.goal_metric,

        ---------- numbers
        members.stratum,
        members.goal_effect,
        totals.order_count,
        totals.net_sales,
        totals.previous_order_count,
        totals.previous_net_sales,
        totals.earlier_order_count,
        totals.earlier_net_sales,

        ---------- booleans
        members.is_in_input,

        ---------- dates
        members.start_date,
        members.end_date

    from members

    inner join totals
        on
            members.customer_id = totals.customer_id
            and members.start_date = totals.start_date
            and members.end_date = totals.end_date

)

select * from final
