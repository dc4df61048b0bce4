"""How long the jobs take that a manager waits for: backtests, previews, the data audit.

    python -m benchmarks.jobs [--accounts 100000] [--hits-per-lead 12]

Of accounts and of their leads, four each, over the same hits. Each job works as the workers do,
ring by ring, with nothing to give way to. The baselines are a bare scan of those hits, and the
lead's job beside the account's.
"""

import argparse
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from benchmarks.database import in_child
from benchmarks.filled import Filled, filled
from benchmarks.results import Row, keep

LEADS_AN_ACCOUNT = 4
GOAL_SECONDS = 30.0
"""For 100,000 leads or accounts: somebody waits for it."""
THREADS = 2


class Took(NamedTuple):
    """A job that went to its end: its seconds, how many were looked at, and its most memory."""

    seconds: float
    looked_at: int
    peak_mib: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accounts", type=int, default=100_000)
    parser.add_argument("--hits-per-lead", type=int, default=12)
    arguments = parser.parse_args()
    with filled(arguments.accounts * LEADS_AN_ACCOUNT, arguments.hits_per_lead) as full:
        measure_all(full)


def measure_all(full: Filled) -> None:
    """Add what became of the leads and what was known when, score, run the jobs, keep."""
    from benchmarks.history import add_history
    from benchmarks.passes import bare_scan, rescored, timed
    from leads.models import Account, Hit, Lead
    from rubrics.models import RubricVersion
    from rubrics.models.rubric import VersionStatus

    RubricVersion.objects.filter(status=VersionStatus.DRAFT).delete()  # of former runs
    leads, accounts = full.version_id, _account_version(full)
    add_history(full.ends_at)
    for version_id in (leads, accounts):
        in_child(rescored, version_id, full.now(), THREADS)
    bare = min(timed(bare_scan) for _ in range(3))
    took = {
        "Preview of leads": in_child(previewed, _draft(leads, full), full),
        "Preview of accounts": in_child(previewed, _draft(accounts, full), full),
        "Backtest of leads": in_child(backtested, leads, full),
        "Backtest of accounts": in_child(backtested, accounts, full),
        "Data audit": in_child(audited, full),
    }
    bare = min([bare, *(timed(bare_scan) for _ in range(3))])
    rows = [
        Row("Bare `SELECT count(*), max(occurred_at) ... GROUP BY lead_id`", f"{bare:.2f} s"),
        *(row for what, job in took.items() for row in _rows(what, job, bare)),
    ]
    hits = Hit.objects.count() / 1e6
    keep(
        "jobs",
        f"Jobs: {Account.objects.count():,} accounts, {Lead.objects.count():,} leads,"
        f" {hits:.1f} million hits",
        rows,
        notes=[
            "The standard preset for leads, enterprise-account for accounts; drafts change points"
            " and thresholds. A backtest looks at those whose time is over, at most; a preview at"
            " everybody, and at past outcomes."
        ],
    )


def _rows(what: str, took: Took, bare: float) -> list[Row]:
    each = took.seconds / took.looked_at * 100_000
    return [
        Row(f"{what} ({took.looked_at:,} looked at)", f"{took.seconds:.1f} s"),
        Row("- for 100,000", f"{each:.1f} s", f"< {GOAL_SECONDS:g} s", each < GOAL_SECONDS),
        Row("- times the bare pass", f"{took.seconds / bare:.1f}"),
        Row("- most memory of its process", f"{took.peak_mib:,.0f} MiB"),
    ]


def _account_version(full: Filled) -> int:
    """The published version that scores accounts, made on the first run of a kept database."""
    from rubrics.models import RubricVersion
    from rubrics.presets import load_preset
    from rubrics.publishing import publish_now
    from rubrics.services import load_rubric

    product = RubricVersion.objects.get(pk=full.version_id).rubric.product
    there = RubricVersion.objects.published().filter(rubric__product=product, subject="account")
    if (found := there.first()) is not None:
        return found.pk
    document = load_preset("enterprise-account")
    document["thresholds"] = {"total": 45, "fit": 10, "behavior": 20}
    version = load_rubric(document, product=product, by=None, at=full.now())
    return publish_now(version, by=None, at=full.now()).pk


def _draft(version_id: int, full: Filled) -> int:
    """A draft of it with other points and thresholds."""
    from rubrics.models import RubricVersion
    from rubrics.rows import document_of
    from rubrics.services import load_rubric

    version = RubricVersion.objects.select_related("rubric__product").get(pk=version_id)
    document = document_of(version)
    for criterion in document["criteria"][:6]:
        for tier in criterion.get("tiers", ()):
            tier["points"] += 3 if tier["points"] < 10 else -3
    document["thresholds"] = {name: asked - 2 for name, asked in document["thresholds"].items()}
    product = version.rubric.product
    return load_rubric(document, product=product, by=None, at=full.now()).pk


def previewed(version_id: int, full: Filled) -> Took:
    """Preview a draft to its end."""
    from rubrics.models import Preview, RubricVersion
    from rubrics.previews import preview_some, start_preview
    from rubrics.tasks import PREVIEW_SECONDS, PREVIEW_THREADS

    version = RubricVersion.objects.select_related("rubric").get(pk=version_id)
    started = time.perf_counter()
    job = start_preview(version, at=full.now())

    def ring(at: datetime) -> bool:
        return preview_some(at=at, seconds=PREVIEW_SECONDS, threads=PREVIEW_THREADS)

    return _to_its_end(Preview, job.pk, ring, started, full)


def backtested(version_id: int, full: Filled) -> Took:
    """Replay a version over everybody's past to the end."""
    from rubrics.backtests.running import backtest_some
    from rubrics.backtests.starting import Asking, start_backtest
    from rubrics.models import Backtest, RubricVersion
    from rubrics.tasks import BACKTEST_SECONDS

    version = RubricVersion.objects.select_related("rubric").get(pk=version_id)
    started = time.perf_counter()
    job = start_backtest(version, asking=Asking(), at=full.now())

    def ring(at: datetime) -> bool:
        return backtest_some(at=at, seconds=BACKTEST_SECONDS)

    return _to_its_end(Backtest, job.pk, ring, started, full)


def audited(full: Filled) -> Took:
    """Audit the data to the end."""
    from rubrics.dataquality import audit_some, start_audit
    from rubrics.models import DataAudit
    from rubrics.tasks import PROOF_SECONDS

    started = time.perf_counter()
    job = start_audit(at=full.now())

    def ring(at: datetime) -> bool:
        return audit_some(at=at, seconds=PROOF_SECONDS)

    return _to_its_end(DataAudit, job.pk, ring, started, full)


def _to_its_end(
    model: Any, pk: int, work: Callable[[datetime], bool], started: float, full: Filled
) -> Took:
    from benchmarks.memory import own_peak_mib

    job = model.objects.get(pk=pk)
    while job.is_running:
        work(full.now())
        job = model.objects.get(pk=pk)
    assert job.state == "done", job.problem
    return Took(time.perf_counter() - started, job.done, own_peak_mib())


if __name__ == "__main__":
    main()
