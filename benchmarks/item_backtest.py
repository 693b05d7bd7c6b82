"""How well lists of items hold in what follows: made as of a day, measured on the lines after it.

Everything is a table of pairs. `later` holds customer_id and stock_code of what customers bought
from that day on, net of returns; `past` the same of what they bought before. Customers who were
not there before are passed over.
"""

from collections.abc import Iterator, Set
from itertools import islice

import pandas as pd

PAIR = ["customer_id", "stock_code"]


def kept_lift(
    lists: pd.DataFrame, segments: pd.DataFrame, later: pd.DataFrame, *, top_count: int = 20
) -> pd.DataFrame:
    """Return whether each listed item is later bought by more of the segment than of the rest.

    `lists` has segment_id, stock_code and item_rank; `segments` has customer_id and segment_id, the
    labels of that day. Of each list the first `top_count` items count. The result has segment_id,
    stock_code, later_support and later_rest_support (shares of all customers labelled that day,
    whether they came back or not), and is_kept, which is missing where nobody bought the item.
    """
    sizes = segments["segment_id"].value_counts()
    pairs = later[PAIR].drop_duplicates().merge(segments, on="customer_id")
    buyers = pairs.groupby(["segment_id", "stock_code"]).size().rename("buyers").reset_index()
    found = lists.loc[lists["item_rank"] <= top_count, ["segment_id", "stock_code"]]
    found = found.merge(buyers, how="left").fillna({"buyers": 0})
    everyone = found["stock_code"].map(pairs["stock_code"].value_counts()).fillna(0)
    size = found["segment_id"].map(sizes)
    found["later_support"] = found["buyers"] / size
    found["later_rest_support"] = (everyone - found["buyers"]) / (len(segments) - size)
    is_kept = (found["later_support"] > found["later_rest_support"]).astype("boolean")
    found["is_kept"] = is_kept.mask(everyone == 0)
    return found.drop(columns="buyers")


def next_item_hits(
    recommended: pd.DataFrame, past: pd.DataFrame, later: pd.DataFrame, *, top_count: int = 10
) -> pd.DataFrame:
    """Return how many of each customer's new items were recommended, and how many were bestsellers.

    `recommended` has customer_id, stock_code and item_rank. A new item is one that the customer
    bought later and not before. Bestsellers are, for each customer, the first `top_count` items not
    bought yet, those of most customers first, then by stock code. One row per customer with a new
    item: new_count, recommended_hits, bestseller_hits; shares of totals compare the two lists.
    """
    owned = _items_by_customer(past)
    bought = _items_by_customer(later)
    offered = _items_by_customer(recommended[recommended["item_rank"] <= top_count])
    customers = past[PAIR].drop_duplicates()["stock_code"].value_counts()
    bestsellers = sorted(customers.index, key=lambda code: (-customers[code], code))
    rows = []
    for customer_id in sorted(owned.keys() & bought.keys()):
        new = bought[customer_id] - owned[customer_id]
        if new:
            hits = sum(code in new for code in _missing(bestsellers, owned[customer_id], top_count))
            rows.append((customer_id, len(new), len(new & offered.get(customer_id, set())), hits))
    columns = ["customer_id", "new_count", "recommended_hits", "bestseller_hits"]
    return pd.DataFrame(rows, columns=columns)


def _items_by_customer(pairs: pd.DataFrame) -> dict[str, Set[str]]:
    return {
        str(customer_id): set(codes)
        for customer_id, codes in pairs.groupby("customer_id")["stock_code"]
    }


def _missing(codes: list[str], owned: Set[str], count: int) -> Iterator[str]:
    return islice((code for code in codes if code not in owned), count)
