-- What the database was made from: the page's subtitle.
select
    first_file_name,
    last_file_name,
    file_count,
    line_count,
    customer_scope,
    home_country,
    currency,
    as_of_date,
    first_invoiced_at::date as first_date,
    least(last_invoiced_at::date, as_of_date - 1) as last_date
from rpt_build
