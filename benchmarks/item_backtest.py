"""How well lists of items hold in what follows: made as of a day, measured on the lines after it.

Everything is a table of pairs. `later` holds customer_id and stock_code of what customers bought
from that day on, net of returns; `past` the same of what they bought before. Customers who were
not there before are passed over.
"""

from collections.abc import Iterator, Set
from itertools import islice

import pandas as pd

PAIR = ["customer_id", "stock_code"]
# What `kept_lift` reads of the marts: lists against other tastes, and labels.
LISTS = """
    from rpt_segment_items
    where compared = 'taste within behaviour' and item_rank is not null
"""
SEGMENTS = """
    select customer_id, segment_id, behaviour_name as within from fct_customer_segments
"""


def kept_lift(
    lists: pd.DataFrame, segments: pd.DataFrame, later: pd.DataFrame, *, top_count: int = 20
) -> pd.DataFrame:
    """Return whether each listed item is later bought by more of the segment than of the others.

    `lists` has segment_id, stock_code and item_rank; `segments` has customer_id, segment_id and
    within, the labels of that day: the others are those of other segments within the same group. Of
    each list the first `top_count` items count. The result has segment_id, stock_code,
    later_support and later_other_support (shares of all customers labelled that day, whether they
    came back or not), and is_kept, which is missing where neither bought the item.
    """
    pairs = later[PAIR].drop_duplicates().merge(segments, on="customer_id")
    found = lists.loc[lists["item_rank"] <= top_count, ["segment_id", "stock_code"]]
    groups = segments[["segment_id", "within"]].drop_duplicates()
    counted = found.merge(groups, how="left")
    for label, suffix in (("segment_id", ""), ("within", "_all")):
        buyers = pairs.groupby([label, "stock_code"]).size().rename(f"buyers{suffix}")
        counted = counted.merge(buyers.reset_index(), how="left")
        counted[f"size{suffix}"] = counted[label].map(segments[label].value_counts())
    counted = counted.fillna({"buyers": 0, "buyers_all": 0})
    other_size = counted["size_all"] - counted["size"]
    found = counted[["segment_id", "stock_code"]].copy()
    found["later_support"] = counted["buyers"] / counted["size"]
    found["later_other_support"] = (counted["buyers_all"] - counted["buyers"]) / other_size
    is_kept = (found["later_support"] > found["later_other_support"]).astype("boolean")
    found["is_kept"] = is_kept.mask(counted["buyers_all"] == 0)
    return found


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
