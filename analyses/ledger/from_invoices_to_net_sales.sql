with steps as (

    select
        1 as step_number,
        'sales in the ledger' as step,
        sum(line_value) as line_value
    from {{ ref('rpt_line_dispositions') }}
    where disposition = 'sale'
    union all
    select
        2 as step_number,
        'returned by customers' as step,
        -sum(returned_value) as line_value
    from {{ ref('fct_sale_lines') }}
    union all
    select
        3 as step_number,
        'net sales of all segments' as step,
        sum(net_sales) as line_value
    from {{ ref('fct_customer_features') }}

)

select
    step,
    line_value
from steps
order by step_number
