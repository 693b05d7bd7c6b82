with

clusters as (

    select * from {{ ref('int_customer_clusters_at_month_end') }}

),

month_ends as (

    select * from {{ ref('int_month_ends') }}

),

segments as (

    select * from {{ ref('dim_segments') }}

),

labels as (

    select
        clusters.customer_id,
        {{ segment_id('clusters.behaviour_cluster_id', 'clusters.taste_cluster_id') }}
            as segment_id,
        month_ends.as_of_date,
        month_ends.previous_as_of_date,
        month_ends.next_as_of_date,
        month_ends.is_current

    from clusters

    inner join month_ends
        on clusters.as_of_date = month_ends.as_of_date

),

compared as (

    select
        *,
        coalesce(
            lag(segment_id) over (partition by customer_id order by as_of_date) = segment_id
            and lag(as_of_date) over (partition by customer_id order by as_of_date)
            = previous_as_of_date,
            false
        ) as is_continued

    from labels

),

-- A period goes on while the label stays the same, month end after month end.
numbered as (

    select
        *,
        count(case when not is_continued then 1 end) over (
            partition by customer_id
            order by as_of_date
            rows between unbounded preceding and current row
        ) as period_number

    from compared

),

periods as (

    select
        customer_id,
        segment_id,
        period_number,
        count(*) as month_end_count,
        bool_or(is_current) as is_current,
        min(as_of_date) as valid_from,
        -- Null for the current day, after which there is none.
        case when not bool_or(is_current) then max(next_as_of_date) end as valid_to

    from numbered
    group by 1, 2, 3

),

final as (

    select
        ---------- ids
        periods.customer_id,
        periods.segment_id,
        lag(periods.segment_id) over (
            partition by periods.customer_id
            order by periods.period_number
        ) as previous_segment_id,

        ---------- strings
        segments.segment_name,

        ---------- numbers
        periods.period_number,
        periods.month_end_count,

        ---------- booleans
        periods.is_current,

        ---------- dates
        periods.valid_from,
        periods.valid_to

    from periods

    left join segments
        on periods.segment_id = segments.segment_id

)

select * from final
