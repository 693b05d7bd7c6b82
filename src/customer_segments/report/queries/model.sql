-- The model in force, and whether its segments miss a floor of stability.
select
    model_version,
    as_of_date,
    customer_count,
    taste_cluster_count,
    behaviour_stability,
    taste_stability,
    segment_stability,
    decision_reason,
    coalesce(
        (select bool_or(is_unstable or is_dissolving) from rpt_model_stability), false
    ) as is_unstable
from dim_models
where is_in_force
