select
    model_version,
    as_of_date,
    fit_reason,
    decision,
    customer_count,
    behaviour_stability,
    taste_stability,
    segment_stability
from {{ ref('dim_models') }}
where is_in_force
