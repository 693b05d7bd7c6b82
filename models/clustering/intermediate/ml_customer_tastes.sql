{#-
    What a customer buys changes with lines only, not by the day. Rows of another model than that in
    force go too. Customers who then have none are computed.
-#}
{{ config(
    materialized='incremental',
    tags=['by_customer'],
    meta={'remakes_others': true},
    pre_hook=['{{ forget_touched_customers() }}', '{{ forget_other_models() }}']
) }}
with

customers as (

    select customer_id from {{ ref('fct_customer_features') }}
    {{ of_missing_customers() }}

),

customer_items as (

    select * from {{ ref('fct_customer_items') }}
    {%- if is_going_on() %}
    where customer_id in (select customers.customer_id from customers)
    {%- endif %}

),

taste_model as (

    select * from {{ ref('dim_taste_model') }}

),

models as (

    select * from {{ ref('dim_models') }}

),

tastes as (

    {{ customer_tastes('customers', 'customer_items', 'taste_model') | indent(4) }}

),

final as (

    select
        ---------- ids
        tastes.customer_id,
        cast(models.model_version as {{ dbt.type_bigint() }}) as model_version,
        tastes.taste_cluster_id,
        tastes.taste_runner_up_cluster_id,

        ---------- numbers
        tastes.taste_distance,
        tastes.taste_runner_up_distance,
        tastes.known_item_count

    from tastes

    inner join models
        on models.is_in_force

)

select * from final
