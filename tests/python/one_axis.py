"""One axis fitted alone, as `fit_segments` fits both: for tests that look at one of them."""

import numpy as np
import pandas as pd

from customer_segments.fitting import segment_model
from customer_segments.fitting.behaviour import BehaviourModel
from customer_segments.fitting.customers import Keys, item_matrix
from customer_segments.fitting.settings import BehaviourSettings, TasteSettings
from customer_segments.fitting.taste import TasteModel


def fit_behaviour(features: pd.DataFrame, settings: BehaviourSettings) -> BehaviourModel:
    return segment_model.fit_behaviour(features, settings)[0]


def fit_taste(counts: pd.DataFrame, settings: TasteSettings) -> TasteModel:
    """Fit to customer_id, stock_code, order_count, one row a pair."""
    customer_ids = np.unique(counts["customer_id"].to_numpy(dtype=object))
    stock_codes = np.unique(counts["stock_code"].to_numpy(dtype=object))
    orders = item_matrix(counts, customer_ids, stock_codes)
    return segment_model.fit_taste(orders, stock_codes, settings)[0]


def taste_distances(model: TasteModel, counts: pd.DataFrame, customer_ids: Keys) -> np.ndarray:
    """Return distances of the customers to the centroids by the rows of `counts`."""
    stock_codes = np.unique(counts["stock_code"].to_numpy(dtype=object))
    return model.distances(item_matrix(counts, customer_ids, stock_codes), stock_codes)
