with totals as (

    select
        segments.taste_name,
        items.product_family,
        sum(bought.net_sales) as net_sales
    from {{ ref('fct_customer_items') }} as bought
    inner join {{ ref('fct_customer_segments') }} as segments
        on bought.customer_id = segments.customer_id
    inner join {{ ref('dim_items') }} as items
        on bought.stock_code = items.stock_code
    group by segments.taste_name, items.product_family

),

ranked as (

    select
        *,
        net_sales / sum(net_sales) over (partition by taste_name) as net_sales_share,
        row_number() over (
            partition by taste_name order by net_sales desc, product_family
        ) as family_rank
    from totals

)

select
    taste_name,
    product_family,
    net_sales,
    net_sales_share
from ranked
where family_rank <= 3
order by taste_name, family_rank
