"""The draw of a campaign: who is excluded and why, who is treated, who is held out.

All in SQL over the published database, in temporary tables of a connection that only reads it. The
same database, files and settings give the same arms.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from customer_segments.published import PublishedError

# Strata of net sales in an audience, as long as each has two held out.
STRATA = 5
OPT_OUTS = ("opt_outs.csv", ("customer_id", "reason", "since"))
LAST_CONTACTS = ("last_contacts.csv", ("customer_id", "contacted_on"))
# Not the hidden folder of a campaign that was killed while it was written.
RECORDS = "[A-Za-z0-9]*/*.parquet"
MEMBERS = "select * from read_parquet(?, union_by_name = true)"
NO_MEMBERS = """
    select ''::varchar as campaign_name, '' as audience_id, '' as customer_id, '' as experiment_arm,
        date '2000-01-01' as start_date, date '2000-01-01' as end_date
    where false
"""
# Ids as a spreadsheet may have written them: 12583.0 is 12583.
LISTED = """
    create temp table {table} as
    select regexp_replace(trim(customer_id), '[.]0+$', '') as customer_id, * exclude (customer_id)
    from ({rows})
"""
# DuckDB would take 05/09/24 for a day of the year 5.
UNDATED = """
    select contacted_on from last_contacts
    where try_cast(contacted_on as date) is null
        or not regexp_full_match(contacted_on, '[0-9]{4}-[0-9]{2}-[0-9]{2}.*')
"""
CANDIDATES = """
    create temp table candidates as
    select
        members.*, goals.metric as goal_metric, goals.goal_effect,
        case
            when opted_out.customer_id is not null
                then 'opted out' || coalesce(': ' || nullif(trim(opted_out.reason), ''), '')
            when is_suppressed then suppression_reason
            when running.customer_id is not null then 'in campaign ' || running.campaign_name
            when contacted.contacted_date > $start - cadence_days::integer
                then 'contacted within the cadence'
        end as exclusion
    from fct_audience_members as members
    inner join rpt_playbook_goals as goals
        on members.behaviour_profile = goals.behaviour_profile and goals.is_goal
    left join (
        select customer_id, min(reason) as reason from opt_outs group by all
    ) as opted_out on members.customer_id = opted_out.customer_id
    left join (
        select customer_id, max(contacted_on::date) as contacted_date
        from last_contacts group by all
    ) as contacted on members.customer_id = contacted.customer_id
    left join (
        select customer_id, min(campaign_name) as campaign_name
        from earlier_members where end_date > $start and start_date < $end group by all
    ) as running on members.customer_id = running.customer_id
    where len($only) = 0 or list_contains($only, audience_id)
        or list_contains($only, members.behaviour_profile)
"""
# A desk takes the first by rank, as many as it can contact, and what is held out besides.
PLACED = """
    create temp table placed as
    select
        * replace (
            case
                when exclusion is null and desk_place > capacity_per_week * $weeks / (1 - $holdout)
                    then 'beyond what can be contacted'
                else exclusion
            end as exclusion
        )
    from (
        select *, row_number() over (
            partition by behaviour_profile, exclusion is null order by priority_rank, customer_id
        ) as desk_place
        from candidates
    )
"""
DRAWN = """
    create temp table drawn as
    with ranked as (
        select *,
            row_number() over (
                partition by audience_id order by net_sales desc, customer_id
            ) as sales_rank,
            count(*) over (partition by audience_id) as audience_size
        from placed where exclusion is null
    ),
    stratified as (
        select *, (sales_rank - 1) * greatest(
            1, least($strata, floor(audience_size * $holdout / 2))::bigint
        ) // audience_size + 1 as stratum
        from ranked
    ),
    -- Up to a stratum so many are held out, to the nearest customer; the rest of them before it.
    shuffled as (
        select *,
            row_number() over (
                partition by audience_id, stratum
                order by md5($salt || '|' || audience_id || '|' || customer_id), customer_id
            ) as draw_rank,
            round(max(sales_rank) over (partition by audience_id, stratum) * $holdout)
            - round((min(sales_rank) over (partition by audience_id, stratum) - 1) * $holdout)
                as holdout_size
        from stratified
    ),
    armed as (
        select *,
            case when draw_rank <= holdout_size then 'hold-out' else 'treated' end as experiment_arm
        from shuffled
    )
    select
        $name as campaign_name,
        case when experiment_arm = 'treated' then ceil(
            row_number() over (
                partition by behaviour_profile, experiment_arm order by priority_rank, customer_id
            ) / capacity_per_week
        )::bigint end as contact_week,
        $start - ($end - $start)::integer as before_date, $start as start_date, $end as end_date,
        * exclude (exclusion, desk_place, sales_rank, audience_size, draw_rank, holdout_size)
    from armed
"""


@dataclass(frozen=True)
class Campaign:
    """What a campaign is asked to be.

    `only` names audiences (B1T1) or profiles (core), all without any; the window is [start, end).
    """

    name: str
    start: date
    end: date
    holdout: float
    weeks: int
    salt: str
    only: tuple[str, ...] = ()


def draw(database: duckdb.DuckDBPyConnection, folder: Path, campaign: Campaign) -> None:
    """Make the temporary tables `placed` (everyone, with an exclusion) and `drawn` (with an arm).

    `folder` has earlier campaigns and, if there are any, opt_outs.csv and last_contacts.csv.
    """
    for table, (file, columns) in {"opt_outs": OPT_OUTS, "last_contacts": LAST_CONTACTS}.items():
        rows, place = _listed(database, folder / file, columns)
        database.execute(LISTED.format(table=table, rows=rows), place)
    if wrong := database.execute(UNDATED).fetchone():
        raise PublishedError(
            f"{folder / LAST_CONTACTS[0]} has a contacted_on of {wrong[0]!r}. Expected yyyy-mm-dd."
        )
    files = sorted(str(file) for file in folder.glob(RECORDS))
    members = f"create temp table earlier_members as {MEMBERS if files else NO_MEMBERS}"
    database.execute(members, [files] if files else [])
    _check_only(database, campaign.only)
    values = {"start": campaign.start, "end": campaign.end}
    database.execute(CANDIDATES, values | {"only": list(campaign.only)})
    database.execute(PLACED, {"weeks": campaign.weeks, "holdout": campaign.holdout})
    database.execute(
        DRAWN,
        values
        | {"name": campaign.name, "salt": campaign.salt}
        | {"holdout": campaign.holdout, "strata": STRATA},
    )


def _listed(
    database: duckdb.DuckDBPyConnection, file: Path, columns: tuple[str, ...]
) -> tuple[str, list[str]]:
    """Return a select of a list that the user keeps, and its arguments; without a file no row."""
    if not file.is_file():
        empty = ", ".join(f"'' as {name}" for name in columns)
        return f"select {empty} where false", []
    rows = "select * from read_csv(?, all_varchar = true, header = true)"
    try:
        found = database.execute(f"{rows} limit 0", [str(file)]).description
    except duckdb.Error as error:
        raise PublishedError(f"{file} cannot be read: {str(error).splitlines()[0]}") from error
    names = {name for name, *_ in found}
    if missing := [name for name in columns if name not in names]:
        raise PublishedError(
            f"{file} has no column {missing[0]}. Expected the columns {', '.join(columns)}."
        )
    return rows, [str(file)]


def _check_only(database: duckdb.DuckDBPyConnection, only: tuple[str, ...]) -> None:
    """Raise if an audience or profile that is asked for does not exist."""
    known = "select segment_id from dim_segments union select behaviour_profile from dim_playbook"
    names = {name for (name,) in database.sql(known).fetchall()}
    if unknown := [name for name in only if name not in names]:
        raise PublishedError(
            f"There is no audience or profile {unknown[0]}. Known: {', '.join(sorted(names))}."
        )
