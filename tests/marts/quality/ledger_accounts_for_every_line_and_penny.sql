-- Lines, units and money by disposition are lines, units and money of the input.
with

input as (

    select
        count(*) as line_count,
        coalesce(sum(quantity), 0) as unit_count,
        coalesce(sum({{ line_value('quantity', 'unit_price') }}), 0) as value_gbp

    from {{ source('online_retail', 'invoice_lines') }}

),

ledger as (

    select
        coalesce(sum(line_count), 0) as line_count,
        coalesce(sum(unit_count), 0) as unit_count,
        coalesce(sum(value_gbp), 0) as value_gbp

    from {{ ref('rpt_line_dispositions') }}

)

select
    input.line_count as input_line_count,
    ledger.line_count as ledger_line_count,
    input.value_gbp as input_value_gbp,
    ledger.value_gbp as ledger_value_gbp
from input
cross join ledger
where
    input.line_count <> ledger.line_count
    or input.unit_count <> ledger.unit_count
    or input.value_gbp <> ledger.value_gbp
