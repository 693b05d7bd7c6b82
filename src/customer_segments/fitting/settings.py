"""The variables of dbt_project.yml that a fit depends on: in Python their names stand here only.

`Settings` has them as the dbt models hand them over, `behaviour` and `taste` what either axis needs
of them. The errors whose way out is another value of a variable stand here too.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

AUTO = "auto"
AXES = ("behaviour", "taste")
# Up to so many tastes KMeans is held by its starts.
ANCHORED_TASTES = 2

# Unit (days, count, money, share) -> columns of fct_customer_features that are counted in it.
Units = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class BehaviourSettings:
    """What the behaviour axis is fitted with; `cluster_count` is 0 as long as it is `auto`."""

    features: Sequence[str]
    units: Units
    clip_share: float
    cluster_count: int
    max_iter: int
    prior: float


@dataclass(frozen=True)
class TasteSettings:
    """What the taste axis is fitted with; `cluster_count` is 0 as long as it is `auto`."""

    min_customers: int
    component_count: int
    cluster_count: int
    max_iter: int
    prior: float
    seed: int


@dataclass(frozen=True)
class Settings:
    """What a fit depends on beside the customers."""

    behaviour_features: Sequence[str]
    feature_units: Units
    behaviour_cluster_count: int | str
    behaviour_clip_share: float
    taste_cluster_count: int | str
    taste_component_count: int
    item_min_customers: int
    kmeans_prior: float
    kmeans_max_iter: int
    random_seed: int

    @property
    def behaviour(self) -> BehaviourSettings:
        """Return those of the behaviour axis."""
        return BehaviourSettings(
            self.behaviour_features,
            self.feature_units,
            self.behaviour_clip_share,
            _number(self.behaviour_cluster_count),
            self.kmeans_max_iter,
            self.kmeans_prior,
        )

    @property
    def taste(self) -> TasteSettings:
        """Return those of the taste axis.

        A start of two tastes is near a minimum of KMeans, one of more is near none: nothing holds
        them there (docs/decisions/04-clustering.md).
        """
        count = _number(self.taste_cluster_count)
        return TasteSettings(
            self.item_min_customers,
            self.taste_component_count,
            count,
            self.kmeans_max_iter,
            self.kmeans_prior if count <= ANCHORED_TASTES else 0.0,
            self.random_seed,
        )

    @property
    def seed(self) -> int:
        """Return the seed of whatever is drawn."""
        return self.random_seed

    @property
    def open_axes(self) -> list[str]:
        """Return the axes whose number of clusters is `auto`."""
        counts = zip(AXES, (self.behaviour_cluster_count, self.taste_cluster_count), strict=True)
        return [axis for axis, count in counts if count == AUTO]

    def with_count(self, axis: str, count: int) -> "Settings":
        """Return the settings with this number of clusters on an axis."""
        if axis == "behaviour":
            return replace(self, behaviour_cluster_count=count)
        return replace(self, taste_cluster_count=count)

    def with_max_iter(self, max_iter: int) -> "Settings":
        """Return the settings with this many steps of KMeans at most."""
        return replace(self, kmeans_max_iter=max_iter)


def unit_of(feature: str, units: Units) -> str:
    """Return what a feature is counted in, '' when nothing says so; as the macro feature_unit."""
    return next((unit for unit, features in units.items() if feature in features), "")


def no_customers() -> ValueError:
    """Return the error of nobody to cluster."""
    return ValueError(
        "No customers to cluster: no identified customer in scope has a sale before the as-of "
        "date. Check the variables customer_scope, home_country and as_of."
    )


def unknown_features(unknown: Iterable[str], known: Iterable[str]) -> ValueError:
    """Return the error of behaviour features that are no columns."""
    return ValueError(
        f"Variable behaviour_features names {', '.join(sorted(unknown))}. Expected columns of "
        f"fct_customer_features: {', '.join(sorted(known))}."
    )


def unusable_features(features: Iterable[str]) -> ValueError:
    """Return the error of behaviour features without a value, or with one below 0."""
    return ValueError(
        f"A behaviour feature is missing or below 0 for some customers. Expected numbers of 0 "
        f"or more in {', '.join(features)}: see the variable behaviour_features."
    )


def too_few_customers(cluster_count: int, group_count: int, row_count: int) -> ValueError:
    """Return the error of fewer distinct rows than clusters."""
    return ValueError(
        f"Too few customers: {cluster_count} clusters need at least that many customers who "
        f"differ, found {group_count} (of {row_count}). Lower the variable "
        "behaviour_cluster_count or taste_cluster_count, widen customer_scope, or use more "
        "invoice lines."
    )


def too_few_for_taste(
    settings: TasteSettings, item_count: int, buyer_count: int, customer_count: int
) -> ValueError:
    """Return the error of no more items kept, or buyers of such items, than components."""
    component_count, min_customers = settings.component_count, settings.min_customers
    # One component needs two items, and two who bought them.
    is_hopeless = min_customers == 1 and min(item_count, buyer_count) < 2
    remedy = (
        "Use more invoice lines: of one item, or of one customer, there are no tastes. Or set "
        "taste_cluster_count to 1: segments are then behaviours."
        if is_hopeless
        else "Lower the variable item_min_customers or taste_component_count, use more invoice "
        "lines, or set taste_cluster_count to 1: segments are then behaviours."
    )
    return ValueError(
        f"Too few customers or items for the taste axis: taste_component_count is "
        f"{component_count}, which needs more than {_counted(component_count, 'item')} that at "
        f"least {_counted(min_customers, 'customer')} bought, by more than "
        f"{_counted(component_count, 'customer')}. Found {_counted(item_count, 'item')} that at "
        f"least {_counted(min_customers, 'customer')} bought, by {buyer_count} of "
        f"{_counted(customer_count, 'customer')}. {remedy}"
    )


def _number(count: int | str) -> int:
    return 0 if count == AUTO else int(count)


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
