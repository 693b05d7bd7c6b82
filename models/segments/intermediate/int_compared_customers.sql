with

clusters as (

    select * from {{ ref('ml_customer_clusters') }}

),

half_range_tastes as (

    select * from {{ ref('ml_half_range_tastes') }}

),

customer_items as (

    select * from {{ ref('fct_customer_items') }}

),

range_halves as (

    select * from {{ ref('int_range_halves') }}

),

half_counts as (

    select
        customer_items.customer_id,
        range_halves.range_half,
        count(*) as item_count

    from customer_items

    inner join range_halves
        on customer_items.stock_code = range_halves.stock_code

    group by 1, 2

),

item_counts as (

    select
        customer_id,
        sum(item_count) as item_count

    from half_counts
    group by 1

),

-- What a customer bought of one half is compared by the taste that the other half tells.
compared as (

    select
        clusters.customer_id,
        'taste within behaviour' as compared,
        half_counts.range_half,
        half_range_tastes.taste_cluster_id as cluster_id,
        clusters.behaviour_cluster_id as within_cluster_id,
        half_counts.item_count

    from clusters

    inner join half_counts
        on clusters.customer_id = half_counts.customer_id

    inner join half_range_tastes
        on
            clusters.customer_id = half_range_tastes.customer_id
            and half_range_tastes.range_half = 3 - half_counts.range_half

    union all

    select
        clusters.customer_id,
        'behaviour within taste' as compared,
        0 as range_half,
        clusters.behaviour_cluster_id as cluster_id,
        clusters.taste_cluster_id as within_cluster_id,
        item_counts.item_count

    from clusters

    inner join item_counts
        on clusters.customer_id = item_counts.customer_id

),

final as (

    select
        ---------- ids
        customer_id,
        cast(cluster_id as {{ dbt.type_bigint() }}) as cluster_id,
        cast(within_cluster_id as {{ dbt.type_bigint() }}) as within_cluster_id,

        ---------- strings
        compared,

        ---------- numbers
        cast(range_half as {{ dbt.type_bigint() }}) as range_half,
        -- Steps of a factor of the square root of 2. Rounded: a power of 2 is on its step.
        cast(floor(round(2 * ln(item_count) / ln(2), 9)) as {{ dbt.type_bigint() }}) as item_band

    from compared

)

select * from final
