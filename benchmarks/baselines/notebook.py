"""The same rubric as an analyst would write it in a notebook, with pandas."""

import os
import re
import time
import warnings
from dataclasses import dataclass

import pandas as pd
import psycopg
from pandas import DataFrame, Series

from benchmarks.baselines.nightly import values
from benchmarks.baselines.results import Task

TABLE = "benchmark_notebook"
KEY_ACTIONS = [
    "onboarding_progress",
    "core_feature_used",
    "integration_connected",
    "teammate_invited",
    "pricing_viewed",
    "checkout_started",
    "premium_feature_used",
    "data_exported",
]
QUIET = ["product_emails_unsubscribed", "premium_downgraded"]


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds: to read the rows into frames, to compute, and to write the results."""

    read: float
    compute: float
    write: float

    @property
    def whole(self) -> float:
        """From the database to the database."""
        return self.read + self.compute + self.write


def run(task: Task) -> Times:
    """Read, compute, and write the results into a plain table."""
    started = time.perf_counter()
    hits, leads = _read_hits(task), _read_leads(task)
    read = time.perf_counter() - started
    started = time.perf_counter()
    scores = _score(hits, leads, task)
    computed = time.perf_counter() - started
    started = time.perf_counter()
    _write(scores)
    return Times(read, computed, time.perf_counter() - started)


def _write(scores: DataFrame) -> None:
    """What ``DataFrame.to_sql`` does with psycopg below it: the table anew, and rows by
    ``executemany``, which psycopg sends without waiting for each."""
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        connection.execute(f"DROP TABLE IF EXISTS {TABLE}")
        connection.execute(
            f"CREATE TABLE {TABLE} (lead_id bigint, fit bigint, behavior bigint, total bigint,"
            " is_pql boolean)"
        )
        connection.cursor().executemany(
            f"INSERT INTO {TABLE} VALUES (%s, %s, %s, %s, %s)", scores.itertuples(name=None)
        )


def _frame(statement: str, task: Task) -> DataFrame:
    wanted = {"after": task.after, "at": task.at, "product": task.product_id}
    # No transaction: making objects of ten million rows takes longer than one may stay idle.
    connect = psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)
    with warnings.catch_warnings(), connect as connection:
        # It warns that it is tested with SQLAlchemy only.
        warnings.simplefilter("ignore", UserWarning)
        return pd.read_sql(statement, connection, params=wanted)


def _read_hits(task: Task) -> DataFrame:
    hits = _frame(
        "SELECT lead_id, signal_id, occurred_at, number, value_key, session_key FROM leads_hit"
        " WHERE lead_id > %(after)s AND occurred_at <= %(at)s",
        task,
    )
    signals = _frame("SELECT id, key FROM leads_signal WHERE product_id = %(product)s", task)
    hits["signal"] = hits["signal_id"].map(signals.set_index("id")["key"]).astype("category")
    return hits


def _read_leads(task: Task) -> DataFrame:
    leads = _frame(
        "SELECT l.id AS lead_id, t.started_at, l.attributes AS person, a.attributes AS company"
        " FROM leads_trial AS t JOIN leads_lead AS l ON l.id = t.lead_id"
        " LEFT JOIN leads_account AS a ON a.id = l.account_id"
        " WHERE t.product_id = %(product)s AND l.id > %(after)s",
        task,
    ).set_index("lead_id")
    person = pd.json_normalize(leads["person"].tolist()).set_index(leads.index)
    company = pd.json_normalize(leads["company"].tolist()).set_index(leads.index)
    return leads[["started_at"]].join(company).join(person, rsuffix="_of_person")


def _score(hits: DataFrame, leads: DataFrame, task: Task) -> DataFrame:
    """Fit, behavior, total and the verdict, by lead."""
    scores = DataFrame({"fit": _fit(leads, task)}, index=leads.index)
    raw = (_actions(hits, leads).clip(0, 100) + _velocity(hits, leads)).clip(upper=100)
    lost = 10 * _periods_of_silence(hits, leads, task)
    scores["behavior"] = (raw - lost).clip(lower=raw.clip(upper=5))
    scores["total"] = scores["fit"] + scores["behavior"]
    scores["is_pql"] = (scores["total"] >= 80) & (scores["fit"] >= 15) & (scores["behavior"] >= 40)
    return scores.astype({"fit": int, "behavior": int, "total": int})


def _tiers(values: Series, *tiers: tuple[Series, int]) -> Series:
    """The points of the first tier that holds; 0 where none does."""
    points = Series(0, index=values.index)
    for holds, worth in reversed(tiers):
        points = points.mask(holds.fillna(False).astype(bool), worth)
    return points


def _fit(leads: DataFrame, task: Task) -> Series:
    wanted = values(task)
    size = leads["employees"]
    industry = leads["industry"].str.lower()
    title = leads["title"].str.lower()
    tools = leads["technologies"].map(
        lambda names: {str(name).lower() for name in names} if isinstance(names, list) else set()
    )
    country = leads["country"].fillna(leads["country_of_person"]).str.lower()
    domain = leads["email"].str.lower().str.split("@").str[1]
    senior, middle = (
        wanted[name].replace("[^[:alnum:]]", r"[\W_]").replace("(", "(?:")
        for name in ("senior", "middle")
    )
    endings = "|".join(re.escape(ending[1:]) for ending in wanted["academic_endings"])
    points = _tiers(
        size,
        (size.between(50, 500), 15),
        (size.between(25, 49) | size.between(501, 1000), 8),
    )
    points += _tiers(
        industry,
        (industry.isin(["saas", "software"]), 10),
        (industry.isin(["fintech", "analytics", "martech"]), 5),
    )
    points += _tiers(
        title, (title.str.contains(senior), 10), (title.str.contains(middle), 6), (title != "", 2)
    ).where(title.notna(), 0)
    points += _tiers(
        tools,
        (tools.map(lambda names: bool(names & {"salesforce", "segment"})), 8),
        (tools.map(lambda names: bool(names & {"hubspot", "amplitude", "mixpanel"})), 4),
    )
    points += _tiers(
        country,
        (country.isin(["us", "ca", "usa", "united states", "canada"]), 7),
        (country.isin(["gb", "uk", "de", "fr", "au"]), 4),
        (country.isin(["united kingdom", "germany", "france", "australia"]), 4),
    )
    points += -30 * domain.isin(wanted["competitors"]) - 15 * domain.isin(wanted["personal"])
    is_academic = domain.isin(wanted["academic"]) | domain.str.contains(f"(?:{endings})$")
    return (points - 10 * is_academic.astype(int)).clip(0, 50)


def _actions(hits: DataFrame, leads: DataFrame) -> Series:
    counts = hits.groupby(["lead_id", "signal"], observed=False).size().unstack(fill_value=0)
    counts = counts.reindex(leads.index, fill_value=0)
    age = hits["occurred_at"] - hits["lead_id"].map(leads["started_at"])
    since = age >= pd.Timedelta(0)

    def early(signal: str, days: int) -> Series:
        chosen = hits[(hits["signal"] == signal) & since & (age < pd.Timedelta(days=days))]
        return chosen.groupby("lead_id").size().reindex(leads.index, fill_value=0)

    progress = hits[hits["signal"] == "onboarding_progress"].groupby("lead_id")["number"].max()
    progress = progress.reindex(leads.index)
    used = hits[(hits["signal"] == "feature_used") & hits["session_key"].notna()]
    depth = used.groupby(["lead_id", "session_key"])["value_key"].nunique()
    deepest = depth.groupby("lead_id").max().reindex(leads.index, fill_value=0)
    invites, logins = counts["teammate_invited"], early("logged_in", 7)
    points = _tiers(progress, (progress >= 100, 15), (progress > 50, 8))
    points += 20 * (early("core_feature_used", 14) >= 3)
    points += 15 * (counts["integration_connected"] >= 1)
    points += _tiers(invites, (invites >= 2, 15), (invites >= 1, 10))
    points += _tiers(
        invites,
        (counts["pricing_viewed"] >= 1, 10),
        (counts["pricing_viewed_anonymously"] >= 1, 3),
    )
    points += 15 * (counts["checkout_started"] >= 1) + 8 * (counts["premium_feature_used"] >= 1)
    points += 5 * (counts["data_exported"] >= 1) + 5 * (deepest >= 3)
    points += _tiers(logins, (logins >= 5, 10), (logins >= 3, 5), (logins >= 1, 2))
    points -= 5 * (counts["product_emails_unsubscribed"] >= 1)
    return points - 8 * (counts["premium_downgraded"] >= 1)


def _velocity(hits: DataFrame, leads: DataFrame) -> Series:
    key = hits.loc[hits["signal"].isin(KEY_ACTIONS), ["lead_id", "occurred_at"]]
    key = key.sort_values(["lead_id", "occurred_at"])
    span = key["occurred_at"] - key.groupby("lead_id")["occurred_at"].shift(4)
    bursts = key.loc[span <= pd.Timedelta(hours=48), "lead_id"].unique()
    return Series(25 * leads.index.isin(bursts), index=leads.index)


def _periods_of_silence(hits: DataFrame, leads: DataFrame, task: Task) -> Series:
    at = pd.Timestamp(task.at)

    def full_periods(chosen: DataFrame, days: int) -> Series:
        last = chosen.groupby("lead_id")["occurred_at"].max().reindex(leads.index)
        return (at - last.fillna(leads["started_at"])) // pd.Timedelta(days=days)

    logins = full_periods(hits[hits["signal"] == "logged_in"], 14)
    activity = full_periods(hits[~hits["signal"].isin(QUIET)], 30)
    return logins.combine(activity, max).clip(lower=0)
