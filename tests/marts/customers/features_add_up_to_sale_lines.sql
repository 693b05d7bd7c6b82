-- Net sales, units and lines of all customers are those of the sale lines.
with

features as (

    select
        coalesce(sum(net_sales_gbp), 0) as net_sales_gbp,
        coalesce(sum(unit_count), 0) as unit_count,
        coalesce(sum(line_count), 0) as line_count

    from {{ ref('fct_customer_features') }}

),

sale_lines as (

    select
        coalesce(sum(net_sales_gbp), 0) as net_sales_gbp,
        coalesce(sum(unit_count), 0) as unit_count,
        count(*) filter (where unit_count > 0) as line_count

    from {{ ref('fct_sale_lines') }}

)

select
    features.net_sales_gbp,
    sale_lines.net_sales_gbp as sale_lines_net_sales_gbp
from features
cross join sale_lines
where
    features.net_sales_gbp <> sale_lines.net_sales_gbp
    or features.unit_count <> sale_lines.unit_count
    or features.line_count <> sale_lines.line_count
