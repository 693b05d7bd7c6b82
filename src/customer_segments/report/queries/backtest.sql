-- The latest backtest: what segments of an earlier day said about the days after it.
select
    design,
    measure,
    value,
    low,
    high,
    verdict,
    customer_count,
    as_of_date,
    outcomes_until_date
from rpt_segment_backtest
where as_of_date = (select max(as_of_date) from rpt_segment_backtest)
    and low is not null
order by measure, design
