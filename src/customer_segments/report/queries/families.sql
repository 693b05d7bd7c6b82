-- Product families on which a segment spends more of its money than everyone.
select
    segment_id,
    product_family,
    net_sales_share,
    net_sales_share / net_sales_index as all_share
from rpt_segment_families
where net_sales_index >= 1.1
    and net_sales_share >= 0.05
    and product_family <> 'Other'
order by segment_id, net_sales_index desc, product_family
