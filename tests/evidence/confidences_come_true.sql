-- A confidence is off by at most 0.05 on average, for customers left out of the curves. A warning:
-- the fewer customers, the more this error owes to chance.
{{ config(severity='warn') }}

select distinct
    axis,
    expected_calibration_error
from {{ ref('rpt_confidence_calibration') }}
where expected_calibration_error > 0.05
