"""The rule that chooses how many clusters an axis has, from its diagnostics."""

from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class CountRule:
    """Bounds of the number of clusters, both included, and floors of what it must hold."""

    low: int
    high: int
    stability_min: float
    jaccard_min: float
    share_min: float


def choose_cluster_count(diagnostics: pd.DataFrame, rule: CountRule) -> int:
    """Return the number of clusters that the rule takes for one axis.

    Of the numbers within the bounds, the largest whose refits agree (`stability_mean`, adjusted
    Rand index), whose every cluster comes back (`worst_cluster_jaccard`, Hennig 2007) and holds
    enough customers (`smallest_share`); when none does, the one whose refits agree most, the
    smaller of equals. `diagnostics` has one row per `cluster_count`, as `diagnose_axis` returns it.

    Raises ValueError when the customers are too few for every number within the bounds.
    """
    within = diagnostics[diagnostics["cluster_count"].between(rule.low, rule.high)]
    if within.empty:
        raise ValueError(
            f"Too few customers: {rule.low} to {rule.high} clusters need more customers who "
            f"differ than clusters, found enough for {len(diagnostics) + 1}. Lower the cluster "
            "bounds variable, or use more invoice lines."
        )
    holds = within[
        (within["stability_mean"] >= rule.stability_min)
        & (within["worst_cluster_jaccard"] >= rule.jaccard_min)
        & (within["smallest_share"] >= rule.share_min)
    ]
    if not holds.empty:
        return int(holds["cluster_count"].max())
    best = within.sort_values(["stability_mean", "cluster_count"], ascending=[False, True])
    return int(best["cluster_count"].iloc[0])
