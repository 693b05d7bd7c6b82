import numpy as np
import pytest
from scipy import sparse
from sklearn.metrics import roc_auc_score

from benchmarks import metrics as once
from customer_segments.backtesting import outcomes as metrics


def items(*baskets: str, vocabulary: str = "abcdefgh") -> sparse.csr_array:
    return sparse.csr_array(
        np.array([[code in basket for code in vocabulary] for basket in baskets])
    )


def two_tastes(customer_count: int) -> tuple[sparse.csr_array, sparse.csr_array, np.ndarray]:
    """Return pasts and futures of customers who buy three of their taste's four items."""
    random = np.random.default_rng(4)
    taste = np.arange(customer_count) % 2
    baskets = [
        "".join(random.choice(list("abcd" if kind == 0 else "efgh"), 3, replace=False))
        for kind in np.tile(taste, 2)
    ]
    return items(*baskets[:customer_count]), items(*baskets[customer_count:]), taste


def test_weights_say_how_often_a_customer_counts_and_nothing_else() -> None:
    """By weights: as the plain function for weights of 1, by hand for others."""
    past, future, taste = two_tastes(60)
    random = np.random.default_rng(6)
    spend = np.where(taste == 1, random.exponential(100, 60), 0.0) + random.integers(0, 2, 60)
    measures = {
        metrics.eta2_adj_by_weights(spend, taste): once.eta2_adj(spend, taste),
        metrics.auc_by_weights(spend, taste): once.auc(spend, taste),
        metrics.gini_by_weights(spend, spend, taste): once.gini(spend, spend, taste),
        metrics.item_bits_by_weights(past, future, taste): once.item_bits(past, future, taste),
        metrics.rec_lift_by_weights(past, future, taste, top_count=3): once.rec_lift(
            past, future, taste, top_count=3
        ),
    }
    weights = metrics.bootstrap_weights(60, range(200))
    assert (weights.sum(axis=1) == 60).all()
    for measure, plain in measures.items():
        assert measure(np.ones((1, 60)))[0] == pytest.approx(plain)
        found = measure(weights)
        np.testing.assert_allclose(measure(weights[7:8]), found[7])
        low, high = np.quantile(found, [0.025, 0.975])
        assert low < plain < high
    # Segments as they are, best first; the customer of 3 counts twice: 6 of 7 go to the first
    # 3 of 5, perfect is 6 in the first 2.
    measure = metrics.gini_by_weights([9, 9, 1, 1], [3, 0, 1, 0], [1, 1, 2, 2])
    found = (3 * 6 / 7 / 2 + 2 * 13 / 14 - 2.5) / (2 * 3 / 7 + 13 / 14 + 2 - 2.5)
    assert measure(np.array([[2.0, 1, 1, 1]]))[0] == pytest.approx(found)


def test_auc_is_that_of_scikit_learn() -> None:
    random = np.random.default_rng(7)
    labels = random.integers(0, 5, 300)
    spend = np.where(random.random(300) < labels / 6, 10.0, 0.0)
    weights = metrics.bootstrap_weights(300, range(3))
    # A fold a customer: the score is what all others of the segment did.
    found = metrics.auc_by_weights(spend, labels, fold_count=300)(weights)
    is_buyer = spend > 0
    buyers, sizes = np.bincount(labels, is_buyer), np.bincount(labels)
    score = (buyers[labels] - is_buyer) / (sizes[labels] - 1)
    expected = [roc_auc_score(is_buyer, score, sample_weight=row) for row in weights]
    np.testing.assert_allclose(found, expected)


def test_lists_drawn_to_larger_groups_are_those_of_fct_next_best_items() -> None:
    """By the formula of the model, customer by customer, each left out of what is counted."""
    random = np.random.default_rng(3)
    parent = np.repeat([0, 1], 30)
    segment = parent * 2 + random.integers(0, 2, 60)
    chance = random.beta(0.5, 2, (4, 25))[segment]
    past, future = (random.random((60, 25)) < chance for _ in range(2))
    prior, top_count = 7.0, 4

    def hits(customer: int, *, is_drawn: bool) -> int:
        others = np.arange(60) != customer
        share = past[others].mean(axis=0)
        if is_drawn:
            for labels in (parent, segment):
                own = past[others & (labels == labels[customer])]
                share = (own.sum(axis=0) + prior * share) / (len(own) + prior)
        order = sorted(range(25), key=lambda item: (-share[item], item))
        return int(future[customer, order[:top_count]].sum())

    drawn, bestsellers = (
        sum(hits(customer, is_drawn=is_drawn) for customer in range(60))
        for is_drawn in (True, False)
    )
    items = [sparse.csr_array(found.astype(float)) for found in (past, future)]
    measure = metrics.rec_lift_by_weights(
        *items, segment, parents=parent, prior=prior, top_count=top_count
    )
    raw = metrics.rec_lift_by_weights(*items, segment, top_count=top_count)
    everyone = np.ones((1, 60))
    assert measure(everyone)[0] == pytest.approx(drawn / bestsellers)
    assert measure(everyone)[0] != raw(everyone)[0]
