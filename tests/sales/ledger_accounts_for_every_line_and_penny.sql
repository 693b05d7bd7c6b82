-- Lines, units and money by disposition are lines, units and money of the input, but for what is
-- written in lines that cannot be read: these count 0. Amounts in other currencies are converted.
with

input as (

    select
        quantity,
        {{ line_value('quantity', 'unit_price') }} as line_value

    from {{ invoice_lines() }}

),

input_totals as (

    select
        count(*) as line_count,
        coalesce(sum(quantity), 0) as unit_count,
        coalesce(sum(line_value), 0) as line_value

    from input

),

unread_totals as (

    select
        coalesce(sum(quantity), 0) as unit_count,
        coalesce(sum(line_value), 0) as line_value

    from {{ ref('stg_online_retail__invoice_lines') }}
    where unreadable_column is not null

),

conversions as (

    select
        coalesce(
            sum(line_value - {{ line_value('quantity', 'written_unit_price') }}), 0
        ) as line_value

    from {{ ref('stg_online_retail__invoice_lines') }}
    where written_unit_price is not null

),

ledger_totals as (

    select
        coalesce(sum(line_count), 0) as line_count,
        coalesce(sum(unit_count), 0) as unit_count,
        coalesce(sum(line_value), 0) as line_value

    from {{ ref('rpt_line_dispositions') }}

)

select
    input_totals.line_count as input_line_count,
    ledger_totals.line_count as ledger_line_count,
    input_totals.line_value as input_value,
    ledger_totals.line_value as ledger_value
from input_totals
cross join unread_totals
cross join ledger_totals
cross join conversions
where
    input_totals.line_count <> ledger_totals.line_count
    or input_totals.unit_count <> ledger_totals.unit_count + unread_totals.unit_count
    or input_totals.line_value
    <> ledger_totals.line_value + unread_totals.line_value - conversions.line_value
