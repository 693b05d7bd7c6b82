select
    lines.stock_code,
    items.item_name,
    count(*) as sale_line_count,
    count(*) filter (where lines.returned_unit_count > 0) as returned_line_count,
    count(*) filter (where lines.returned_unit_count > 0) / count(*) as returned_line_share,
    sum(lines.returned_value) as returned_value
from {{ ref('fct_sale_lines') }} as lines
inner join {{ ref('dim_items') }} as items
    on lines.stock_code = items.stock_code
group by lines.stock_code, items.item_name
having count(*) >= 30
order by returned_line_share desc, returned_value desc, lines.stock_code
limit 10
