with

clusters as (

    select * from {{ ref('int_customer_clusters_previous') }}

),

customers as (

    select * from {{ ref('int_customers_at_month_end') }}

),

customer_segments as (

    select * from {{ ref('fct_customer_segments') }}

),

month_ends as (

    select * from {{ ref('int_month_ends') }}

),

segments as (

    select * from {{ ref('dim_segments') }}

),

model_before as (

    select * from {{ ref('ml_model_previous') }}

),

models as (

    select * from {{ ref('dim_models') }}

),

versions as (

    select
        model_before.model_version as model_version_before,
        models.model_version

    from model_before

    cross join models

    where models.is_in_force

),

labels as (

    select
        customers.customer_id,
        customers.as_of_date,
        customers.month_end_date,
        customers.recency_days,
        customers.order_count,
        customers.net_sales,
        {{ segment_id('clusters.behaviour_cluster_id', 'clusters.taste_cluster_id') }}
            as segment_id

    from customers

    inner join clusters
        on
            customers.customer_id = clusters.customer_id
            and customers.as_of_date = clusters.as_of_date

),

-- In the middle: today's data under the model of then.
compared as (

    select
        earlier.customer_id,
        earlier.segment_id as from_segment_id,
        middle.segment_id as unchanged_model_segment_id,
        customer_segments.segment_id as to_segment_id,
        earlier.recency_days as recency_days_before,
        middle.recency_days,
        earlier.order_count as order_count_before,
        middle.order_count,
        earlier.net_sales as net_sales_before,
        middle.net_sales,
        earlier.segment_id <> middle.segment_id as is_behaviour_changed,
        middle.segment_id <> customer_segments.segment_id as is_model_changed,
        earlier.month_end_date

    from month_ends

    inner join labels as earlier
        on month_ends.previous_as_of_date = earlier.as_of_date

    inner join labels as middle
        on
            earlier.customer_id = middle.customer_id
            and month_ends.as_of_date = middle.as_of_date

    inner join customer_segments
        on earlier.customer_id = customer_segments.customer_id

    where
        month_ends.is_current
        and earlier.segment_id <> customer_segments.segment_id

),

final as (

    select
        ---------- ids
        compared.customer_id,
        compared.from_segment_id,
        compared.to_segment_id,
        compared.unchanged_model_segment_id,
        cast(versions.model_version_before as {{ dbt.type_bigint() }}) as model_version_before,
        cast(versions.model_version as {{ dbt.type_bigint() }}) as model_version,

        ---------- strings
        from_segments.segment_name as from_segment_name,
        to_segments.segment_name as to_segment_name,
        case
            when compared.is_behaviour_changed and compared.is_model_changed
                then 'behaviour and model changed'
            when compared.is_model_changed then 'model changed'
            else 'behaviour changed'
        end as cause,

        ---------- numbers
        compared.recency_days_before,
        compared.recency_days,
        compared.order_count_before,
        compared.order_count,
        compared.net_sales_before,
        compared.net_sales,

        ---------- booleans
        compared.is_behaviour_changed,
        compared.is_model_changed,

        ---------- dates
        compared.month_end_date

    from compared

    cross join versions

    left join segments as from_segments
        on compared.from_segment_id = from_segments.segment_id

    left join segments as to_segments
        on compared.to_segment_id = to_segments.segment_id

)

select * from final
