-- Net sales, units and lines of all customers are those of the sale lines.
with

features as (

    select
        coalesce(sum(net_sales), 0) as net_sales,
        coalesce(sum(net_unit_count), 0) as net_unit_count,
        coalesce(sum(line_count), 0) as line_count

    from {{ ref('fct_customer_features') }}

),

sale_lines as (

    select
        coalesce(sum(net_sales), 0) as net_sales,
        coalesce(sum(net_unit_count), 0) as net_unit_count,
        count(*) filter (where net_unit_count > 0) as line_count

    from {{ ref('fct_sale_lines') }}

)

select
    features.net_sales,
    sale_lines.net_sales as sale_lines_net_sales
from features
cross join sale_lines
where
    features.net_sales <> sale_lines.net_sales
    or features.net_unit_count <> sale_lines.net_unit_count
    or features.line_count <> sale_lines.line_count
