-- What confidence said, and how many refits agreed, by tenth of the customers.
select
    confidence_decile,
    customer_count,
    mean_confidence,
    agreed_share,
    expected_calibration_error
from rpt_confidence_calibration
where axis = 'segment'
order by confidence_decile
