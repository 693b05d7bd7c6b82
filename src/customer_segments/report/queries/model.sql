-- The model in force.
select model_version, as_of_date, customer_count, segment_stability, decision_reason
from dim_models
where is_in_force
