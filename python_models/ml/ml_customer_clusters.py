"""Each customer's cluster on both axes, with distances, from the stored models."""


def model(dbt, session):
    from customer_segments.behaviour import BehaviourModel
    from customer_segments.scoring import score_customers
    from customer_segments.taste import TasteModel

    return score_customers(
        dbt.ref("fct_customer_features").order("customer_id").df(),
        dbt.ref("int_customer_item_counts").order("customer_id, stock_code").df(),
        BehaviourModel.from_table(dbt.ref("ml_behaviour_model").df()),
        TasteModel.from_table(dbt.ref("ml_taste_model").df()),
    )
