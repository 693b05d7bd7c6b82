with

rivals as (

    select
        'rfm' as design,
        'RFM, eleven names' as rival

    union all

    select
        'country' as design,
        'country' as rival

),

latest as (

    select max(as_of_date) as as_of_date
    from {{ ref('rpt_segment_backtest') }}

)

select
    rivals.rival,
    count(measures.verdict) as measure_count,
    count(*) filter (where measures.verdict = 'segments better') as better_count,
    count(*) filter (where measures.verdict = 'no clear difference') as even_count,
    count(*) filter (where measures.verdict = 'segments worse') as worse_count
from rivals
cross join latest
left join {{ ref('rpt_segment_backtest') }} as measures
    on
        rivals.design = measures.design
        and latest.as_of_date = measures.as_of_date
group by rivals.rival
order by rivals.rival
