r"""How often the intervals of campaigns are right, on customers as they are.

    python -m benchmarks.campaign_simulation warehouse.duckdb target --runs 1000

`warehouse.duckdb` and `target` are those of a build. Customers are those of int_baseline_customers:
their sales before a day and after it are real, so as heavy-tailed as sales are. Each campaign is
drawn by the SQL of `make campaign` and read by the compiled SQL of rpt_campaign_results; what the
treated do more is planted, so the truth is known. docs/decisions/15-activation.md has the figures.
"""

import argparse
import re
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from customer_segments.campaigns.draw import DRAWN, STRATA
from customer_segments.warehouse import open_warehouse

MODELS = ("int_campaign_contrasts", "rpt_campaign_results")
CUSTOMERS = """
    select
        customer_id, behaviour_profile, behaviour_profile as audience_id,
        order_count, cast(net_sales as double) as sales_after,
        previous_order_count, previous_net_sales, earlier_order_count, earlier_net_sales,
        earlier_net_sales as net_sales,
        row_number() over (order by customer_id) as priority_rank,
        cast(null as bigint) as capacity_per_week, cast(null as bigint) as desk_place,
        cast(null as varchar) as exclusion,
        'net_sales' as goal_metric, cast(1 as double) as goal_effect
    from intermediate.int_baseline_customers order by customer_id
"""
CAMPAIGN = """
    select
        * exclude (net_sales, sales_after, order_count), true as is_in_input,
        case when experiment_arm = 'treated'
            then greatest(order_count, is_converted::bigint) else order_count end as order_count,
        case when experiment_arm = 'treated'
            then sales_after * (1 + {lift}) else sales_after end as net_sales
    from drawn
"""


def compiled_models(target: Path) -> dict[str, str]:
    """Return the compiled SQL of MODELS in a build's target folder, with bare names."""
    found = {}
    for model in MODELS:
        files = (target / "compiled").glob(f"*/models/**/{model}.sql")
        [file] = [file for file in files if not file.parent.suffix]  # tests lie in folders of ymls
        found[model] = re.sub(r'"(?:warehouse|marts)"\."\w+"\."(\w+)"', r"\1", file.read_text())
    return found


def simulated(
    customers: pd.DataFrame, sql: dict[str, str], *, runs: int, lift: float, holdout: float
) -> pd.DataFrame:
    """Return rpt_campaign_results of so many campaigns, with the planted `truth`.

    Treated customers spend `lift` more, and so large a share of those who would not have ordered
    does. The same customers would in every campaign: only the arms are drawn again.
    """
    random = np.random.default_rng(1)
    converted = (customers["order_count"] == 0) & (random.random(len(customers)) < lift)
    table = customers.assign(is_converted=converted)
    with duckdb.connect() as connection:
        connection.register("placed", table)
        connection.execute("create table int_as_of as select date '2030-01-01' as as_of_date")
        for run in range(runs):
            values = {"name": f"run {run}", "salt": f"salt {run}", "holdout": holdout}
            dates = {"start": pd.Timestamp("2020-01-01").date()}
            dates["end"] = pd.Timestamp("2020-04-01").date()
            connection.execute("drop table if exists drawn")
            connection.execute(DRAWN, values | dates | {"strata": STRATA})
            insert = "insert into" if run else "create table"
            as_ = "by name" if run else "as"
            connection.execute(f"{insert} fct_campaign_members {as_} {CAMPAIGN.format(lift=lift)}")
        for model, text in sql.items():
            connection.execute(f"create table {model} as {text}")
        found: pd.DataFrame = connection.sql("from rpt_campaign_results").df()
    means = {"net_sales": "sales_after", "reorder_share": "is_converted"}
    factors = {"net_sales": lift, "reorder_share": 1.0}
    truths = {
        (audience, metric): factors[metric] * float(rows[column].astype(float).mean())
        for audience, rows in [("all", table), *table.groupby("audience_id")]
        for metric, column in means.items()
    }
    keys = zip(found["audience_id"], found["metric"], strict=True)
    return found.assign(truth=[truths[key] for key in keys])


def rates(found: pd.DataFrame) -> pd.DataFrame:
    """Return by audience and metric how often the interval has the truth, and p is below 0.05."""
    is_in = (found["difference_low"] <= found["truth"]) & (
        found["truth"] <= found["difference_high"]
    )
    plain = (found["unadjusted_difference_low"] <= found["truth"]) & (
        found["truth"] <= found["unadjusted_difference_high"]
    )
    width = found["difference_high"] - found["difference_low"]
    plain_width = found["unadjusted_difference_high"] - found["unadjusted_difference_low"]
    table = found.assign(
        covered=is_in,
        plainly_covered=plain,
        significant=found["p_value"] < 0.05,
        width=width,
        plain_width=plain_width,
        bias=found["difference"] - found["truth"],
    )
    names = ["covered", "plainly_covered", "significant", "bias", "width", "plain_width"]
    groups = table.groupby(["metric", "audience_id"])
    means = groups[names].mean()
    counts = groups[["treated_count", "holdout_count"]].first()
    return counts.join(means).assign(narrower=1 - means["width"] / means["plain_width"])


def main() -> None:
    """Print the rates with and without a planted lift."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("warehouse", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--holdout", type=float, default=0.2)
    arguments = parser.parse_args()
    sql = compiled_models(arguments.target)
    with open_warehouse(arguments.warehouse) as warehouse:
        customers = warehouse.execute(CUSTOMERS).df()
    for lift in (0.0, 0.1):
        found = simulated(customers, sql, runs=arguments.runs, lift=lift, holdout=arguments.holdout)
        print(f"\nlift {lift}\n{rates(found).round(3).to_string()}")


if __name__ == "__main__":
    main()
