-- Each country of a customer has a row in seeds/country_regions.csv; the others are reported under
-- Other. A warning: add a row for each country named here.
{{ config(severity='warn') }}

select
    country,
    sum(customer_count) as customer_count
from {{ ref('rpt_segment_countries') }}
where region = 'Other'
group by 1
