-- How often a taste of so many first orders is that of the later ones.
select
    first_order_count,
    customer_count,
    agreed_share,
    agreed_share_low,
    agreed_share_high,
    chance_share,
    mean_taste_confidence,
    is_weak
from rpt_taste_agreement
order by first_order_count
