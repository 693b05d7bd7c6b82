{{ config(post_hook=['{{ check_marked_invoices() }}', '{{ check_manual_lines() }}']) }}
with

lines as (

    select * from {{ ref('int_line_dispositions') }}

),

cancellations as (

    select * from {{ ref('fct_cancellations') }}

),

other_dispositions as (

    select
        disposition,
        reason,
        count(*) as line_count,
        -- What is written in a line that cannot be read, or is none, may be anything: a total.
        sum(case when disposition not in ('malformed', 'no_line') then quantity end) as unit_count,
        sum(case when disposition not in ('malformed', 'no_line') then line_value end)
            as line_value

    from lines
    where disposition <> 'cancellation'
    group by 1, 2

),

cancellation_dispositions as (

    select
        outcome as disposition,
        reason,
        count(*) as line_count,
        sum(quantity) as unit_count,
        sum(line_value) as line_value

    from cancellations
    group by 1, 2

),

dispositions as (

    select * from other_dispositions
    union all
    select * from cancellation_dispositions

),

final as (

    select
        ---------- strings
        disposition,
        reason,

        ---------- numbers
        line_count,
        cast(coalesce(unit_count, 0) as bigint) as unit_count,
        cast(coalesce(line_value, 0) as decimal(18, 4)) as line_value

    from dispositions

)

select * from final
