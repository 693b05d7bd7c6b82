import pandas as pd

from customer_segments.behaviour import fit_behaviour
from customer_segments.scoring import score_customers
from customer_segments.taste import fit_taste


def test_each_customer_gets_the_nearest_and_the_runner_up() -> None:
    features = pd.DataFrame(
        {
            "customer_id": ["A", "B", "C", "D", "E", "F", "G"],
            "net_sales_gbp": [9000, 8000, 900, 800, 90, 80, 85],
        }
    )
    counts = pd.DataFrame(
        [
            (customer, item, 1)
            for customer, items in {
                "A": "xyz",
                "B": "xy",
                "C": "xyz",
                "D": "uvw",
                "E": "uv",
                "F": "uvw",
                "G": "q",
            }.items()
            for item in items
        ],
        columns=["customer_id", "stock_code", "order_count"],
    )
    behaviour = fit_behaviour(features, columns=["net_sales_gbp"], cluster_count=3, clip_share=0)
    taste = fit_taste(counts, cluster_count=2, component_count=2, item_min_customers=2, seed=1)
    found = score_customers(features, counts, behaviour, taste)
    assert found["customer_id"].tolist() == list("ABCDEFG")
    assert found["behaviour_cluster_id"].tolist() == [1, 1, 2, 2, 3, 3, 3]
    assert found["behaviour_runner_up_cluster_id"].tolist() == [2, 2, 1, 3, 2, 2, 2]
    assert found["taste_cluster_id"].nunique() == 2
    same = found.set_index("customer_id")["taste_cluster_id"]
    assert same["A"] == same["B"] == same["C"] != same["D"] == same["E"] == same["F"]
    assert (found["behaviour_distance"] <= found["behaviour_runner_up_distance"]).all()
    assert (found["taste_distance"] <= found["taste_runner_up_distance"]).all()
    assert found["known_item_count"].tolist() == [3, 2, 3, 3, 2, 3, 0]
