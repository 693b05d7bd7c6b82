{#-
    First in, first out, without a loop. Number the units that a customer bought of an item from
    the first to the last: cancellations take them from the front. Up to event n, with S sold and
    C cancelled, the units matched are M = C + min(0, S - C at every event so far): a cancellation
    can only take what was sold before it. So each cancellation takes the units from the previous
    M to its own M, each sale holds the units from the previous S to its own S, and where the two
    overlap they match. docs/decisions/02-meanings.md has the proof.
-#}
{%- set event_order -%}
    partition by customer_key, item_key
    order by
        invoiced_at, is_cancellation, invoice_id, unit_price, quantity,
        item_description, line_id
    rows between unbounded preceding and current row
{%- endset -%}
{%- set cut_order -%}
    partition by customer_key, item_key
    order by last_unit, is_cancellation
{%- endset -%}
{%- set from_here_on = 'rows between current row and unbounded following' -%}

with

lines as (

    select * from {{ ref('int_line_dispositions') }}
    where disposition in ('sale', 'cancellation')

),

invoices as (

    select * from {{ ref('dim_invoices') }}

),

descriptions as (

    select * from {{ ref('dim_descriptions') }}

),

-- The flag is a column of the lines as they are stored: it leaves few to classify.
cancelled_items as (

    select distinct
        customer_key,
        item_key

    from {{ ref('int_line_dispositions') }}
    where
        is_cancellation
        and disposition = 'cancellation'

),

-- Few customers cancel few items: the rest need no windows. Ties fall by the texts.
events as (

    select
        lines.line_id,
        lines.customer_key,
        lines.item_key,
        lines.invoiced_at,
        lines.unit_price,
        lines.quantity,
        lines.is_cancellation,
        invoices.invoice_id,
        descriptions.item_description,
        case when lines.is_cancellation then 0 else lines.quantity end as sold_units,
        case
            when lines.is_cancellation then abs(cast(lines.quantity as bigint))
            else 0
        end as cancelled_units

    from lines

    inner join cancelled_items
        on
            lines.customer_key = cancelled_items.customer_key
            and lines.item_key = cancelled_items.item_key

    inner join invoices
        on lines.invoice_key = invoices.invoice_key

    left join descriptions
        on lines.description_key = descriptions.description_key

),

running_totals as (

    select
        *,
        row_number() over ({{ event_order }}) as event_number,
        sum(sold_units) over ({{ event_order }}) as sold_so_far,
        sum(cancelled_units) over ({{ event_order }}) as cancelled_so_far

    from events

),

matched_totals as (

    select
        *,
        cancelled_so_far
        + least(
            0,
            min(sold_so_far - cancelled_so_far) over (
                partition by customer_key, item_key
                order by event_number
                rows between unbounded preceding and current row
            )
        ) as matched_so_far

    from running_totals

),

matched_events as (

    select
        *,
        matched_so_far - lag(matched_so_far, 1, 0) over (
            partition by customer_key, item_key
            order by event_number
        ) as matched_units

    from matched_totals

),

-- The unit at which each sale and each cancellation ends cuts the units into stretches.
cuts as (

    select
        customer_key,
        item_key,
        is_cancellation,
        case when is_cancellation then matched_so_far else sold_so_far end as last_unit,
        case when not is_cancellation then event_number end as sale_number,
        case when is_cancellation then event_number end as cancellation_number

    from matched_events
    where
        not is_cancellation
        or matched_units > 0

),

-- A stretch belongs to the next sale and the next cancellation that end at or after it.
stretches as (

    select
        customer_key,
        item_key,
        last_unit - lag(last_unit, 1, 0) over ({{ cut_order }}) as unit_count,
        min(sale_number) over ({{ cut_order }} {{ from_here_on }}) as sale_number,
        min(cancellation_number) over ({{ cut_order }} {{ from_here_on }}) as cancellation_number

    from cuts

),

matches as (

    select
        stretches.customer_key,
        cancellations.line_id as cancellation_line_id,
        sales.line_id as sale_line_id,
        stretches.unit_count,
        cast(null as boolean) as is_item_sold_before

    from stretches

    inner join matched_events as cancellations
        on
            stretches.customer_key = cancellations.customer_key
            and stretches.item_key = cancellations.item_key
            and stretches.cancellation_number = cancellations.event_number

    inner join matched_events as sales
        on
            stretches.customer_key = sales.customer_key
            and stretches.item_key = sales.item_key
            and stretches.sale_number = sales.event_number

    where stretches.unit_count > 0

),

orphans as (

    select
        matched_events.customer_key,
        matched_events.line_id as cancellation_line_id,
        cast(null as bigint) as sale_line_id,
        matched_events.cancelled_units - matched_events.matched_units as unit_count,
        matched_events.sold_so_far > 0 as is_item_sold_before

    from matched_events

    where
        matched_events.is_cancellation
        and matched_events.cancelled_units > matched_events.matched_units

),

matches_and_orphans as (

    select * from matches
    union all
    select * from orphans

),

final as (

    select
        customer_key,
        cancellation_line_id,
        sale_line_id,
        cast(unit_count as bigint) as unit_count,
        is_item_sold_before

    from matches_and_orphans

)

select * from final
