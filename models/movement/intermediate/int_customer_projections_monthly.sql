with

customers as (

    select * from {{ ref('dim_customer_ids') }}

),

stock_codes as (

    select * from {{ ref('dim_stock_codes') }}

),

customer_items as (

    select * from {{ ref('int_customer_items_monthly') }}

),

taste_model as (

    select * from {{ ref('dim_taste_model') }}

),

models as (

    select * from {{ ref('dim_models') }}

),

projections as (

    {{ projections_monthly('customer_items', 'taste_model', 'stock_codes', 'customers')
        | indent(4) }}

),

final as (

    select
        ---------- ids
        projections.customer_id,
        cast(models.model_version as {{ dbt.type_bigint() }}) as model_version,

        ---------- numbers
        projections.known_item_count,
        {{ each_component('projections.projection_#') | indent(8) }},

        ---------- dates
        projections.month_start_date,
        projections.next_month_start_date

    from projections

    inner join models
        on models.is_in_force

)

select * from final
