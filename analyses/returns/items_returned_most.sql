select
    lines.stock_code,
    max(lines.item_description) as item_description,
    count(*) as sale_line_count,
    count(*) filter (where lines.returned_unit_count > 0) as returned_line_count,
    count(*) filter (where lines.returned_unit_count > 0) / count(*) as returned_line_share,
    sum(lines.returned_gbp) as returned_gbp
from {{ ref('fct_sale_lines') }} as lines
group by lines.stock_code
having count(*) >= 30
order by returned_line_share desc, returned_gbp desc, lines.stock_code
limit 10
