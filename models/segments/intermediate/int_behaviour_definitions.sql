{#-
    A profile says two things of its customers: worth and recency beside the typical customer's. What
    four fifths of them bear out is said as it is; where that fails, the half of them is told.
-#}
{%- set worth_words -%}
case
    when behaviour_clusters.behaviour_profile in ('core', 'cooling') then 'Worth more'
    else 'Worth less'
end
{%- endset -%}
{%- set recency_words -%}
case
    when behaviour_clusters.behaviour_profile in ('core', 'active') then 'ordered more recently'
    else 'last ordered longer ago'
end
{%- endset -%}
with

customers as (

    select * from {{ ref('fct_customer_features') }}

),

clusters as (

    select * from {{ ref('ml_customer_clusters') }}

),

behaviour_clusters as (

    select * from {{ ref('int_behaviour_clusters_named') }}

),

typical as (

    select
        percentile_disc(0.5) within group (order by net_sales) as net_sales,
        percentile_disc(0.5) within group (order by recency_days) as recency_days

    from customers

),

claims as (

    select
        clusters.behaviour_cluster_id as cluster_id,
        customers.net_sales,
        customers.recency_days,
        case
            when behaviour_clusters.behaviour_profile in ('core', 'cooling')
                then customers.net_sales > typical.net_sales
            else customers.net_sales < typical.net_sales
        end as is_worth_so,
        case
            when behaviour_clusters.behaviour_profile in ('core', 'active')
                then customers.recency_days < typical.recency_days
            else customers.recency_days > typical.recency_days
        end as is_recency_so

    from customers

    inner join clusters
        on customers.customer_id = clusters.customer_id

    inner join behaviour_clusters
        on clusters.behaviour_cluster_id = behaviour_clusters.cluster_id

    cross join typical

),

shares as (

    select
        cluster_id,
        avg(case when is_worth_so then 1.0 else 0.0 end) as worth_share,
        avg(case when is_recency_so then 1.0 else 0.0 end) as recency_share,
        avg(case when is_worth_so and is_recency_so then 1.0 else 0.0 end) as both_share,
        percentile_disc(0.5) within group (order by net_sales) as median_net_sales,
        percentile_disc(0.5) within group (order by recency_days) as median_recency_days

    from claims
    group by 1

),

-- Of the two, the one that fewer bear out goes first.
held as (

    select
        *,
        both_share >= 0.8
        or (worth_share >= 0.8 and worth_share >= recency_share) as is_worth_held,
        both_share >= 0.8
        or (recency_share >= 0.8 and recency_share > worth_share) as is_recency_held

    from shares

),

final as (

    select
        behaviour_clusters.cluster_id,
        case
            when held.cluster_id is null then 'Nobody is here now'
            when held.is_worth_held and held.is_recency_held
                then
                    {{ worth_words }} || ' and ' || {{ recency_words }}
                    || ' than the typical customer'
            else
                case
                    when held.is_worth_held
                        then {{ worth_words }} || ' than the typical customer'
                    else
                        'Half have '
                        || {{ feature_text("'net_sales'", 'held.median_net_sales') | indent(24) }}
                        || ' or more (typical '
                        || {{ count_text('typical.net_sales') }} || ')'
                end
                || '; '
                || case
                    when held.is_recency_held
                        then {{ recency_words }} || ' than the typical customer'
                    else
                        'half ordered in the last '
                        || {{ count_text('held.median_recency_days') }} || ' days (typical '
                        || {{ count_text('typical.recency_days') }} || ')'
                end
        end as definition,
        held.worth_share,
        held.recency_share

    from behaviour_clusters

    cross join typical

    left join held
        on behaviour_clusters.cluster_id = held.cluster_id

)

select * from final
