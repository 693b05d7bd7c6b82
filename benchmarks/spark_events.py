r"""What a build on Spark did, from the log of events that `spark.eventLog.enabled` keeps.

    python -m benchmarks.spark_events target/spark_build/events [events of a smaller file]

Says what executors did and how much they shuffled. Then, the most first, what one machine had to do
alone, and so grows with the lines whatever the cluster: rows that a plan brings into one partition
(a window or an order over all rows), rows that it sends to every machine, pairs that it makes
without a key, and bytes that the driver collected. With the events of a smaller file beside it,
each line begins with what it was there: what is the same in both does not grow. Last, the largest
task of a stage next to the mean one.
"""

import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SQL_EVENT = "org.apache.spark.sql.execution.ui.SparkListener"
WRITTEN_TABLE = re.compile(r"\.db/(\w+), (?:true|false), Parquet")
NO_TABLE = "(steps of Python models, tests)"

TO_ONE_PARTITION = "rows to one partition"
TO_DRIVER = "bytes to the driver"
# Beginnings of the nodes of a plan.
STEPS = {
    "Exchange SinglePartition": TO_ONE_PARTITION,
    "BroadcastExchange": "rows to every machine",
    "CartesianProduct": "pairs without a key",
    "BroadcastNestedLoopJoin": "pairs without a key",
}
ROW_METRICS = ("shuffle records written", "number of output rows")
TABLES_SHOWN = 12

StageId = tuple[int, int]


@dataclass
class Events:
    """What a log says, in total and by table."""

    lost: list[str] = field(default_factory=list)
    tasks: Counter[str] = field(default_factory=Counter)
    seconds: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    shuffled: int = 0
    spilled: int = 0
    largest: int = 0
    # The most that one step did, by what it did and the table it was for.
    most: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    # Rows that each task of a stage read, and the table it was for.
    rows: dict[StageId, list[int]] = field(default_factory=lambda: defaultdict(list))
    tables: dict[StageId, str] = field(default_factory=dict)


def read_events(folder: Path) -> Events:
    """Return what the logs in `folder` say."""
    events = Events()
    plans: dict[int, dict[str, Any]] = {}
    roots: dict[int, int] = {}  # a statement that writes a table has others within it
    names: dict[int, str] = {}
    metrics: Counter[int] = Counter()
    collected: Counter[StageId] = Counter()
    executions: dict[StageId, int] = {}
    for event in _read_lines(folder):
        kind = event["Event"].removeprefix(SQL_EVENT)
        if kind == "SQLExecutionStart":
            execution = event["executionId"]
            plans[execution] = event["sparkPlanInfo"]
            roots[execution] = event["rootExecutionId"]
            if written := WRITTEN_TABLE.search(event["physicalPlanDescription"]):
                names[roots[execution]] = written[1]
        elif kind == "SQLAdaptiveExecutionUpdate":
            plans[event["executionId"]] = event["sparkPlanInfo"]
        elif kind == "DriverAccumUpdates":
            metrics.update(dict(event["accumUpdates"]))
        elif kind == "SparkListenerExecutorRemoved":
            events.lost.append(f"{event['Executor ID']} lost: {event['Removed Reason'][:60]}")
        elif kind == "SparkListenerStageSubmitted":
            stage = event["Stage Info"]["Stage ID"], event["Stage Info"]["Stage Attempt ID"]
            if execution := event["Properties"].get("spark.sql.execution.id"):
                executions[stage] = int(execution)
        elif kind == "SparkListenerTaskEnd":
            _add_task(events, event, metrics, collected)

    tables = {execution: names.get(root, NO_TABLE) for execution, root in roots.items()}
    for execution, plan in plans.items():
        for what, rows in _steps(plan, metrics):
            _keep_most(events, what, tables[execution], rows)
    for stage, execution in executions.items():
        events.tables[stage] = tables.get(execution, NO_TABLE)
        _keep_most(events, TO_DRIVER, events.tables[stage], collected[stage])
    return events


def _read_lines(folder: Path) -> Iterator[dict[str, Any]]:
    for log in sorted(folder.iterdir()):
        with log.open(encoding="utf-8") as lines:
            for line in lines:
                yield json.loads(line)


def _add_task(
    events: Events, event: dict[str, Any], metrics: Counter[int], collected: Counter[StageId]
) -> None:
    """Add what a task did to the totals, to its stage and to the metrics of its plan."""
    executor = event["Task Info"]["Executor ID"]
    if event["Task End Reason"]["Reason"] != "Success":
        events.failed[executor] += 1
        return
    stage = event["Stage ID"], event["Stage Attempt ID"]
    task = event["Task Metrics"]
    events.tasks[executor] += 1
    events.seconds[executor] += task["Executor Run Time"] / 1000
    events.shuffled += task["Shuffle Write Metrics"]["Shuffle Bytes Written"]
    events.spilled += task["Disk Bytes Spilled"]
    events.largest = max(events.largest, task["Peak Execution Memory"])
    events.rows[stage].append(
        task["Input Metrics"]["Records Read"] + task["Shuffle Read Metrics"]["Total Records Read"]
    )
    collected[stage] += task["Result Size"]
    for update in event["Task Info"]["Accumulables"]:
        if str(update.get("Update")).isdigit():
            metrics[update["ID"]] += int(update["Update"])


def _steps(plan: dict[str, Any], metrics: Counter[int]) -> Iterator[tuple[str, int]]:
    """Yield what a plan does on one machine alone, with its rows."""
    for start, what in STEPS.items():
        if plan["simpleString"].startswith(start):
            rows = [
                metrics[metric["accumulatorId"]]
                for metric in plan["metrics"]
                if metric["name"] in ROW_METRICS
            ]
            yield what, max(rows, default=0)
    for child in plan["children"]:
        yield from _steps(child, metrics)


def _keep_most(events: Events, what: str, table: str, amount: int) -> None:
    events.most[what][table] = max(events.most[what][table], amount)


def report(events: Events, smaller: Events | None = None) -> None:
    """Print what the log says, next to that of a smaller file."""
    for loss in events.lost:
        print(f"executor {loss}")
    for executor, count in sorted(events.tasks.items()):
        print(
            f"executor {executor}: {count:,} tasks, {events.seconds[executor]:,.0f} s, "
            f"{events.failed[executor]} repeated elsewhere"
        )
    print(
        f"shuffled {events.shuffled / 1e6:,.0f} MB, spilled {events.spilled / 1e6:,.0f} MB, "
        f"at most {events.largest / 1e6:,.0f} MB of memory in a task"
    )
    for what, found in sorted(events.most.items()):
        print(f"\nmost {what}")
        for table, amount in found.most_common(TABLES_SHOWN):
            before = f"{smaller.most[what][table]:>12,} " if smaller else ""
            print(f"  {before}{amount:>12,}  {table}")
    print("\nmost rows of a task, mean of its stage")
    stages = sorted(events.rows.items(), key=lambda stage: max(stage[1]), reverse=True)
    for stage, rows in stages[:TABLES_SHOWN]:
        print(
            f"  {max(rows):>12,} {sum(rows) / len(rows):>12,.0f}  "
            f"{events.tables.get(stage, NO_TABLE)}, {len(rows)} tasks"
        )


def main(folder: str, smaller: str | None = None) -> None:
    """Report the events in `folder`."""
    report(read_events(Path(folder)), read_events(Path(smaller)) if smaller else None)


if __name__ == "__main__":
    main(*sys.argv[1:])
