-- What the backtest says of lists of items by segment, where they were no better than one for all.
select distinct
    segment_id,
    backtest_finding
from rpt_segment_item_evidence
where item_lift < 1
order by segment_id
