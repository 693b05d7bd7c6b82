"""What a campaign can measure, before anything is sent."""

from dataclasses import dataclass
from math import ceil, sqrt
from statistics import NormalDist

# A difference that is found in four of five cases (80 % power) by a test at 5 %.
SURELY = NormalDist().inv_cdf(0.975) + NormalDist().inv_cdf(0.80)

METRICS = {"reorder_share": "share that orders", "net_sales": "net sales a customer"}


@dataclass(frozen=True)
class Arms:
    """Customers of an audience, or of all together, and what is known of their metric.

    `baseline`, `deviation` (standard deviation between customers, adjusted for what they ordered
    before) and `goal_effect` are in the unit of the metric; None where the lines do not tell.
    """

    audience: str
    metric: str
    treated: int
    held_out: int
    baseline: float | None
    deviation: float | None
    goal_effect: float | None

    @property
    def smallest_effect(self) -> float | None:
        """Return the smallest difference between the arms that is found in four of five cases."""
        if self.deviation is None or not self.treated or not self.held_out:
            return None
        return SURELY * self.deviation * sqrt(1 / self.treated + 1 / self.held_out)

    @property
    def rounds(self) -> int | None:
        """Return how many such campaigns together find the goal's effect."""
        if not self.goal_effect or self.smallest_effect is None:
            return None
        return max(1, ceil((self.smallest_effect / self.goal_effect) ** 2))

    @property
    def needed_share(self) -> float | None:
        """Return the hold-out share with which one campaign finds the goal's effect, if any does.

        The smallest h with h (1 - h) = (SURELY x deviation / effect)^2 / customers; of halves, the
        best there are, the left side is a quarter.
        """
        if not self.goal_effect or self.deviation is None:
            return None
        product = (SURELY * self.deviation / self.goal_effect) ** 2 / (self.treated + self.held_out)
        return (1 - sqrt(1 - 4 * product)) / 2 if product <= 1 / 4 else None


def pooled(arms: list[Arms]) -> Arms | None:
    """Return all audiences of one metric together; None unless there are several."""
    if len(arms) < 2 or any(arm.deviation is None or arm.baseline is None for arm in arms):
        return None
    sizes = [arm.treated + arm.held_out for arm in arms]
    total = sum(sizes)

    def mean(values: list[float]) -> float:
        pairs = zip(sizes, values, strict=True)
        return sum(size * value for size, value in pairs) / total

    goals = [arm.goal_effect for arm in arms if arm.goal_effect is not None]
    return Arms(
        audience="together",
        metric=arms[0].metric,
        treated=sum(arm.treated for arm in arms),
        held_out=sum(arm.held_out for arm in arms),
        baseline=mean([arm.baseline or 0 for arm in arms]),
        deviation=sqrt(mean([(arm.deviation or 0) ** 2 for arm in arms])),
        goal_effect=mean(goals) if len(goals) == len(arms) else None,
    )


def sentence(arms: Arms, currency: str) -> str:
    """Return in plain words what can be measured of `arms`."""
    counts = f"{arms.treated:,} treated, {arms.held_out:,} held out"
    start = f"{arms.audience}, {METRICS[arms.metric]}: {counts}"
    smallest, goal = arms.smallest_effect, arms.goal_effect
    if smallest is None:
        reason = "nobody is held out" if not arms.held_out else "the lines hold no baseline"
        return f"{start}: nothing can be measured, {reason}"
    found = f"{start}: {_effect(arms, smallest, currency)} or more can be measured"
    if goal is None:
        return f"{found}; there is no goal"
    wanted = _effect(arms, goal, currency)
    if smallest <= goal:
        return f"{found}, the goal is {wanted}: enough"
    ways = [f"run {arms.rounds:,} such rounds"]
    if arms.audience != "together":
        ways.insert(0, "pool it with the others")
    if arms.needed_share is not None:
        ways.insert(0, f"hold out {ceil(100 * arms.needed_share)} %")
    return f"{found}, the goal is {wanted}: too small to measure: {', or '.join(ways)}"


def _effect(arms: Arms, effect: float, currency: str) -> str:
    if arms.metric == "reorder_share":
        return f"{100 * effect:.1f} points"
    share = f" ({effect / arms.baseline:.0%})" if arms.baseline else ""
    return f"{effect:,.2f} {currency}{share}"
