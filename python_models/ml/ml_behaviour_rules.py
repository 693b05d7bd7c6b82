"""Boxes of worth and recency that tell the behaviours apart, for people to check by hand."""


def model(dbt, session):
    from customer_segments.engines import read
    from customer_segments.rules import behaviour_rules

    seed = dbt.config.meta_get("seed")

    return behaviour_rules(read(dbt.ref("ml_behaviour_model")), seed)
