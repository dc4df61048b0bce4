"""Acting on what was found: each cause once, in the transaction that says so."""

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from leads.models import Lead
from routing.dealing.conditions import Checked, all_hold, check, read_conditions
from routing.dealing.facts import Facts
from routing.facts import facts_of
from routing.models import Draft, LeadStage, LeadTag, Play, PlayRun, Qualification, Task
from routing.models.play_run import RunState, SkipReason
from routing.plays.actions import ACTIONS, Doing
from routing.plays.finding import find_causes
from routing.plays.triggers import TRIGGERS

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 5
RETRY = timedelta(seconds=10)

Key = tuple[int, int]


def run_plays(*, at: datetime, limit: int) -> int:
    """Find what plays wait for, and act on up to ``limit`` causes; return how many were settled.

    Harmless beside itself, and twice: a cause is found once, and settled once.
    """
    follow_merges(limit=limit)
    return run_plays_at_once(at=at, limit=limit, seconds=5)


def run_plays_at_once(*, at: datetime, limit: int, seconds: float) -> int:
    """The same for what just happened: searched for about ``seconds``, merged leads left for later.

    Looking for these goes through all that plays ever made; nobody waits for that.
    """
    find_causes(at=at, seconds=seconds)
    return work_runs(at=at, limit=limit)


@transaction.atomic
def work_runs(*, at: datetime, limit: int) -> int:
    """Settle up to ``limit`` causes that wait: act, or leave them out and say why."""
    waiting = PlayRun.objects.waiting(at).select_related("play", "product")
    runs = list(waiting.select_for_update(skip_locked=True, of=("self",))[:limit])
    if not runs:
        return 0
    leads = _lock_leads({run.lead_id for run in runs})
    facts = facts_of({(run.lead_id, run.product_id) for run in runs}, at=at)
    episodes = _episodes(runs)
    acted = _acted(runs)
    for run in sorted(runs, key=lambda run: (run.occurred_at, run.play.position, run.pk)):
        key = (run.lead_id, run.product_id)
        try:
            with transaction.atomic():
                _settle(run, leads[run.lead_id], facts[key], episodes.get(key, []), acted, at)
        except Exception:
            logger.exception("Run %s of play %s went wrong", run.pk, run.play_id)
            _count_error(run, at)
    return len(runs)


def _settle(
    run: PlayRun,
    lead: Lead,
    facts: Facts,
    episodes: Sequence[Qualification],
    acted: dict[Key, list[datetime]],
    at: datetime,
) -> None:
    """Act on one cause, or leave it out."""
    play = run.play
    run.worked_at = at
    if not play.is_on:
        return _skip(run, SkipReason.OFF)
    trigger = TRIGGERS[play.trigger]
    if trigger.settles and trigger.was_undone(run.cause):
        return _skip(run, SkipReason.UNDONE)
    checked = check_play(play, facts)
    run.checked = [one.document for one in checked]
    if not all_hold(checked):
        return _skip(run, SkipReason.CONDITIONS)
    times = acted.setdefault((play.pk, lead.pk), [])
    if is_limited(play, run.occurred_at, times):
        return _skip(run, SkipReason.LIMIT)
    doing = _doing(run, lead, facts, episodes, at)
    run.qualification = doing.qualification
    run.did = [ACTIONS[one["kind"]].do(doing, one) for one in in_order(play.actions)]
    run.state = RunState.FIRED
    run.save(update_fields=["state", "worked_at", "checked", "did", "qualification"])
    times.append(run.occurred_at)
    return None


def check_play(play: Play, facts: Facts) -> tuple[Checked, ...]:
    """What the play asks of the lead, held against the facts."""
    asked = [*TRIGGERS[play.trigger].conditions(play.trigger_params), *play.conditions]
    return check(read_conditions(asked), facts)


def is_limited(play: Play, occurred_at: datetime, times: Iterable[datetime]) -> bool:
    """Whether the play acted for the lead within its limit, by when the causes happened."""
    limit = play.limit
    return limit is not None and any(abs(occurred_at - time) < limit for time in times)


def in_order(actions: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """In the order in which they are done, whatever order they are kept in."""
    places = list(ACTIONS)
    return sorted(actions, key=lambda action: places.index(action["kind"]))


def _skip(run: PlayRun, reason: SkipReason) -> None:
    run.state, run.skipped_for = RunState.SKIPPED, reason
    run.save(update_fields=["state", "skipped_for", "worked_at", "checked"])


def _count_error(run: PlayRun, at: datetime) -> None:
    """Try again a few times, later and later; then say so in the log of runs."""
    attempts = run.attempts + 1
    again = {"attempts": attempts, "due_at": at + RETRY * 2**attempts}
    failed = {"attempts": attempts, "state": RunState.FAILED, "worked_at": at}
    PlayRun.objects.filter(pk=run.pk).update(**(failed if attempts >= MAX_ATTEMPTS else again))


def _lock_leads(lead_ids: set[int]) -> dict[int, Lead]:
    """Locked to the end: no second run for one of them comes between the look and the deed."""
    locked = Lead.objects.filter(pk__in=lead_ids).select_for_update(no_key=True, of=("self",))
    return {lead.pk: lead for lead in locked.select_related("account").order_by("pk")}


def _episodes(runs: Iterable[PlayRun]) -> dict[Key, list[Qualification]]:
    """The leads' PQLs by lead and product, the newest first."""
    found = Qualification.objects.filter(lead__in={run.lead_id for run in runs})
    episodes: dict[Key, list[Qualification]] = {}
    found = found.select_related("rep__user", "rep__team__manager")
    for pql in found.order_by("-opened_at", "-pk"):
        episodes.setdefault((pql.lead_id, pql.product_id), []).append(pql)
    return episodes


def _acted(runs: Iterable[PlayRun]) -> dict[Key, list[datetime]]:
    """When each play acted for each lead, by the causes; what a limit can reach back to."""
    wanted = Q(pk=None)
    for run in runs:
        limit = run.play.limit
        if limit is not None:
            since, until = run.occurred_at - limit, run.occurred_at + limit
            wanted |= Q(
                lead=run.lead_id, play=run.play_id, occurred_at__gt=since, occurred_at__lt=until
            )
    acted: dict[Key, list[datetime]] = {}
    for play_id, lead_id, time in (
        PlayRun.objects.fired().filter(wanted).values_list("play_id", "lead_id", "occurred_at")
    ):
        acted.setdefault((play_id, lead_id), []).append(time)
    return acted


def _doing(
    run: PlayRun, lead: Lead, facts: Facts, episodes: Sequence[Qualification], at: datetime
) -> Doing:
    """The PQL the cause is about, else the open one; its rep before whoever worked the lead."""
    about = [pql for pql in episodes if pql.pk == run.qualification_id]
    still_open = [pql for pql in episodes if pql.closed_at is None]
    qualification = next(iter([*about, *still_open]), None)
    past = [pql.rep for pql in [*about, *episodes] if pql.rep is not None]
    return Doing(run, lead, run.product, qualification, past, facts, at)


@transaction.atomic
def follow_merges(*, limit: int) -> None:
    """What was made for a lead goes along when it turns out to be somebody else."""
    for model in (PlayRun, Task, Draft, LeadStage, LeadTag):
        stray = model._default_manager.filter(lead__merged_into__isnull=False)
        rows = list(
            stray.select_related("lead").select_for_update(skip_locked=True, of=("self",))[:limit]
        )
        for row in rows:
            _follow(row)


def _follow(row: PlayRun | Task | Draft | LeadStage | LeadTag) -> None:
    lead = row.lead
    while lead.merged_into is not None:
        lead = lead.merged_into
    if isinstance(row, LeadTag) and LeadTag.objects.filter(lead=lead, name=row.name).exists():
        row.delete()
        return
    row.lead = lead
    row.save(update_fields=["lead"])


def forget_runs(*, at: datetime, limit: int) -> int:
    """Drop up to ``limit`` rows of what was left out long ago; return how many."""
    old = PlayRun.objects.forgettable(at).values("pk")[:limit]
    return PlayRun.objects.filter(pk__in=list(old.values_list("pk", flat=True))).delete()[0]
