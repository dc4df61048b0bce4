"""What must hold once everything is quiet: nothing lost, nothing doubled, no score out of date.

Runs inside the stack's environment (``manage.py shell``) and prints what is wrong as JSON.
"""

import json
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db.models import Count
from django.utils import timezone

from leads import jobs
from leads.ingest.tables import load_mapping_table
from leads.models import Event, EventKey, Hit, Lead, LeadChange, RejectedMessage, Trial
from routing.models import Qualification, StateChange
from rubrics import proof
from rubrics.models import Proof, Score, ScoreChange
from tests.e2e.traffic import read_ledger

SHOWN = 5


def report(ledger: str) -> None:
    """Print ``{"problems": [...], "counts": {...}}``."""
    problems = [
        *_events(Path(ledger)),
        *_hits(),
        *_leads(),
        *_scores(),
        *_qualifications(),
    ]
    counts = {
        model.__name__: model.objects.count()
        for model in (Event, Hit, Lead, Score, ScoreChange, Qualification)
    }
    counts["merged"] = Lead.objects.filter(merged_into__isnull=False).count()
    print(json.dumps({"problems": problems, "counts": counts}))  # noqa: T201  the answer


def _some(what: str, found: Any) -> list[str]:
    found = sorted(found, key=str)
    return [f"{len(found)} {what}: {found[:SHOWN]}"] if found else []


def _events(ledger: Path) -> list[str]:
    sent, acked = read_ledger(ledger)
    stored = list(Event.objects.values_list("source_id", "message_id"))
    ids = {message_id for _, message_id in stored}
    doubled = [key for key, count in Counter(stored).items() if count > 1]
    problems = _some("events stored twice", doubled)
    problems += _some("acknowledged events not stored", acked - ids)
    problems += _some("stored events never sent", ids - sent)
    problems += _some("valid messages refused", RejectedMessage.objects.values_list("reason"))
    if EventKey.objects.count() != len(stored):
        problems.append(f"{EventKey.objects.count()} claimed ids for {len(stored)} events")
    return problems


def _hits() -> list[str]:
    """Every event has exactly the hits its mappings give, of its lead."""
    table = load_mapping_table()
    wanted: Counter[tuple[int, int, int, datetime]] = Counter()
    for event in Event.objects.iterator():
        for hit in table.hits(
            event.kind,
            event.name,
            event.properties,
            source_id=event.source_id,
            session=event.session,
        ):
            wanted[event.pk, hit.signal_id, event.lead_id, event.occurred_at] += 1
    rows = Hit.objects.values_list("event_id", "signal_id", "lead_id", "occurred_at")
    found = Counter(rows.iterator())
    problems = _some("hits missing", (wanted - found).elements())
    return problems + _some("hits too many", (found - wanted).elements())


def _leads() -> list[str]:
    merged = Lead.objects.filter(merged_into__isnull=False)
    problems = _some("leads merged and scored", merged.filter(scores__isnull=False).values("pk"))
    problems += _some("leads merged and owning", merged.filter(events__isnull=False).values("pk"))
    problems += _some("merged into a merged lead", _chains())
    problems += _some("changes open", LeadChange.objects.values_list("lead_id"))
    tried = set(Trial.objects.values_list("lead_id", "product_id"))
    scored = set(Score.objects.values_list("lead_id", "rubric__product_id"))
    problems += _some("trials without a score", tried - scored)
    return problems + _some("scores without a trial", scored - tried)


def _chains() -> list[int]:
    """Ends of merges that are no living lead; a chain itself is fine."""
    living = set(Lead.objects.living().values_list("pk", flat=True))
    into = dict(Lead.objects.exclude(pk__in=living).values_list("pk", "merged_into_id"))
    lost = []
    for pk in into:
        end, steps = pk, 0
        while end in into and steps <= len(into):
            end, steps = into[end], steps + 1
        if end not in living:
            lost.append(pk)
    return lost


def _scores() -> list[str]:
    """Each score is what its own moment gives afresh, and what this moment gives: the proof."""
    problems = _some("scores overdue", Score.objects.due(timezone.now()).values_list("lead_id"))
    for running in Proof.objects.running():
        jobs.stop(running, at=timezone.now())
    run = proof.start_proof(at=timezone.now())
    while proof.prove_some(at=timezone.now(), seconds=5) or Proof.objects.running().exists():
        pass
    run.refresh_from_db()
    if run.waiting or run.checked != Score.objects.count():
        problems.append(f"not all scores proven: {run.result}")
    told = run.mismatches.values_list("lead_id", "kind", "differences")
    return problems + _some("scores mismatched", told)


def _qualifications() -> list[str]:
    """Every person who crossed has exactly one open PQL. (Here nobody falls below again.)"""
    problems = _some("crossings not routed", ScoreChange.objects.unrouted().values_list("lead_id"))
    problems += _some(
        "qualifications of merged leads", Qualification.objects.of_merged_leads().values("pk")
    )
    is_pql = set(Score.objects.filter(is_pql=True).values_list("lead_id", flat=True))
    opened = Counter(Qualification.objects.open().values_list("lead_id", flat=True))
    problems += _some("PQLs without a qualification", is_pql - opened.keys())
    problems += _some("open qualifications without a PQL", opened.keys() - is_pql)
    problems += _some("leads with two open", [pk for pk, n in opened.items() if n > 1])
    twice = Qualification.objects.values("opened_by").annotate(n=Count("pk")).filter(n__gt=1)
    problems += _some("crossings with two qualifications", twice)
    news = Counter(
        StateChange.objects.filter(from_state="", to_state="new").values_list(
            "qualification_id", flat=True
        )
    )
    once = Counter(Qualification.objects.values_list("pk", flat=True))
    return problems + _some("openings not told exactly once", set((news - once) + (once - news)))
