-- Units returned on sale lines are the units that cancellations match.
with

sale_lines as (

    select coalesce(sum(returned_unit_count), 0) as unit_count
    from {{ ref('fct_sale_lines') }}

),

cancellations as (

    select coalesce(sum(matched_unit_count), 0) as unit_count
    from {{ ref('fct_cancellations') }}

)

select
    sale_lines.unit_count as returned_unit_count,
    cancellations.unit_count as matched_unit_count
from sale_lines
cross join cancellations
where sale_lines.unit_count <> cancellations.unit_count
