with

totals as (

    select * from {{ ref('int_customer_totals_monthly') }}

),

customers as (

    select * from {{ ref('dim_customer_ids') }}

),

month_ends as (

    select * from {{ ref('int_month_ends') }}

),

{% if undated_features() -%}
features as (

    select * from {{ ref('fct_customer_features') }}

),

{% endif -%}
final as (

    select
        ---------- ids
        customers.customer_id,

        ---------- numbers
        cast(
            {{ dbt.datediff('totals.last_order_date', 'month_ends.as_of_date', 'day') }}  -- noqa: LT05
            as bigint
        ) as recency_days,
        totals.order_count,
        totals.net_sales,
        {%- for feature in undated_features() %}
        features.{{ feature }},
        {%- endfor %}

        ---------- booleans
        month_ends.is_current,

        ---------- dates
        month_ends.as_of_date,
        month_ends.month_end_date,
        month_ends.month_start_date

    from totals

    inner join month_ends
        on
            totals.month_start_date <= month_ends.month_start_date
            and coalesce(totals.next_month_start_date, cast('9999-12-31' as date))
            > month_ends.month_start_date

    inner join customers
        on totals.customer_key = customers.customer_key

    {%- if undated_features() %}

    left join features
        on customers.customer_id = features.customer_id
    {%- endif %}

)

select * from final
