{#-
    Nearest cluster on both axes, one row per customer and month end with something left, as
    ml_customer_clusters at each month end. `customers` and `projections` have the columns of
    int_customers_at_month_end and int_customer_projections_monthly.
-#}
{% macro month_end_clusters(customers, projections, behaviour_model, taste_model) %}
{%- set keys = ['customer_id', 'as_of_date'] %}
with

kept_customers as (

    select * from {{ customers }}
    where order_count > 0

),

customer_projections as (

    select
        customers.customer_id,
        customers.as_of_date,
        projections.known_item_count,
        {{ each_component('projections.projection_#') | indent(8) }}

    from {{ customers }} as customers

    left join {{ projections }} as projections
        on
            customers.customer_id = projections.customer_id
            and customers.month_start_date >= projections.month_start_date
            and customers.month_start_date
            < coalesce(projections.next_month_start_date, cast('9999-12-31' as date))

),

behaviour_distances as (

    {{ behaviour_distances('kept_customers', behaviour_model, keys) | indent(4) }}

),

taste_distances as (

    {{ projected_taste_distances('customer_projections', taste_model, keys) | indent(4) }}

),

behaviour_ranks as (

    select
        *,
        row_number() over (
            partition by customer_id, as_of_date
            order by distance, cluster_id
        ) as distance_rank

    from behaviour_distances

),

taste_ranks as (

    select
        *,
        row_number() over (
            partition by customer_id, as_of_date
            order by distance, cluster_id
        ) as distance_rank

    from taste_distances

)

select
    behaviour_ranks.customer_id,
    behaviour_ranks.cluster_id as behaviour_cluster_id,
    taste_ranks.cluster_id as taste_cluster_id,
    behaviour_ranks.as_of_date
from behaviour_ranks

inner join taste_ranks
    on
        behaviour_ranks.customer_id = taste_ranks.customer_id
        and behaviour_ranks.as_of_date = taste_ranks.as_of_date
        and behaviour_ranks.distance_rank = taste_ranks.distance_rank

where behaviour_ranks.distance_rank = 1
{% endmacro %}
