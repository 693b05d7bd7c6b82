-- Whether it is time to refit the model in force.
select
    verdict,
    advised_refit,
    moved_share,
    chance_moved_share,
    fitted_history_months,
    history_months,
    most_shifted,
    largest_shift,
    shifted_count
from rpt_model_health
