"""Tastes told from half of the range, so that what is bought of the other half can be compared.

A taste that was fitted to what customers bought is no ground to test that they bought it: clusters
of pure chance differ in the items that made them (Kriegeskorte et al. 2009, "double dipping"). A
fit to half of the items has not seen the other half, so a difference there is none of its making.
"""

from dataclasses import replace

import numpy as np
import pandas as pd

from customer_segments.fitting.clustering import Labels, Rows
from customer_segments.fitting.customers import Customers
from customer_segments.fitting.labels import match_labels
from customer_segments.fitting.segment_model import fit_segments
from customer_segments.fitting.settings import Settings

COLUMNS = {"customer_id": "str", "range_half": "int64", "taste_cluster_id": "int64"}


def half_range_tastes(
    customers: Customers, *, halves: pd.DataFrame, clusters: pd.DataFrame, settings: Settings
) -> pd.DataFrame:
    """Return one row per customer and half in which it bought: customer_id, range_half, taste.

    The taste is that of a fit to the items of the half alone, with as many tastes as `clusters`
    (customer_id, behaviour_cluster_id, taste_cluster_id) has, and with their ids: those that agree
    for most customers. `halves` has stock_code and range_half. A half with too few items or
    customers to fit tells nobody apart: all get the first taste, as they do where there is but one.
    """
    known = clusters.set_index("customer_id").loc[customers.features["customer_id"]]
    ids, taste = np.unique(known["taste_cluster_id"].to_numpy(np.int64), return_inverse=True)
    settings = settings.with_count("taste", len(ids)).with_count(
        "behaviour", known["behaviour_cluster_id"].nunique()
    )
    half_of = halves.set_index("stock_code")["range_half"].reindex(customers.stock_codes)
    tables = []
    for half in (1, 2):
        part = _part_of_range(customers, np.flatnonzero(half_of.to_numpy() == half))
        has_bought = np.diff(part.orders.indptr) > 0
        labels = _tastes(part, taste + 1, settings)
        table = part.features[["customer_id"]].assign(range_half=half, taste_cluster_id=ids[labels])
        tables.append(table[has_bought])
    found: pd.DataFrame = pd.concat(tables, ignore_index=True).astype(COLUMNS)
    return found


def _part_of_range(customers: Customers, items: Rows) -> Customers:
    orders = customers.orders[:, items]
    orders.sort_indices()
    return replace(customers, orders=orders, stock_codes=customers.stock_codes[items])


def _tastes(part: Customers, taste: Labels, settings: Settings) -> Labels:
    """Return tastes of a fit to `part`, counted from 0 in the order of `taste`, which is from 1."""
    if taste.max(initial=1) == 1:
        return taste - 1
    try:
        labels = fit_segments(part, settings).predict(part)[:, 1]
    except ValueError:  # too few items or customers
        return np.zeros_like(taste)
    return match_labels(taste, labels) - 1
