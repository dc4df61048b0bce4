"""How reps work their PQLs: the manager's page, the list behind each number, one's own numbers."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from leads.spreadsheets import csv_response
from routing import teamwork
from routing.firsttouch import Took
from routing.models import Rep, Team
from routing.plays.reading import nobodys_count
from routing.viewers import Viewer
from routing.views.base import page_for, show

PAGE_SIZE = 50
HEAD = (
    "Rep", "Team", "Assigned", "Accepted", "Rejected", "Acceptance", "From", "To",
    "Not touched yet", "Touched late or not at all",
    "First touch in working time: half within (h)",
    "First touch in working time: nine of ten within (h)",
    "First touch by the clock: half within (h)", "First touch by the clock: nine of ten within (h)",
    "SLA breaches", "Open", "Most open", "Alerts",
    "Alerts followed within a day",
)  # fmt: skip


@require_safe
@page_for(lambda viewer: viewer.sees_team)
def team(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """The numbers of every rep whom the viewer manages."""
    at, days = timezone.now(), _days(request)
    teams = _teams(viewer)
    wanted = _wanted(request, teams)
    context = {
        "report": teamwork.report(_reps(viewer, wanted), days=days, at=at),
        "nobodys_tasks": nobodys_count(),
        "teams": teams,
        "wanted": wanted,
        "query": _narrowed(wanted),
        "spans": teamwork.SPANS,
        "good": teamwork.GOOD,
        "bad": teamwork.BAD,
        "section": "team",
    }
    return show(request, viewer, "routing/team.html", context)


@require_safe
@page_for(lambda viewer: viewer.rep_id is not None)
def my_numbers(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """A rep's own numbers; nobody else's."""
    assert viewer.rep_id is not None  # page_for() let only reps in
    me = list(Rep.objects.filter(pk=viewer.rep_id).select_related("user", "team"))
    report = teamwork.report(me, days=_days(request), at=timezone.now())
    context = {
        "report": report,
        "row": report.rows[0],
        "spans": teamwork.SPANS,
        "good": teamwork.GOOD,
        "bad": teamwork.BAD,
        "section": "me",
    }
    return show(request, viewer, "routing/team_me.html", context)


@require_safe
@page_for(lambda viewer: viewer.sees_team or viewer.rep_id is not None)
def team_pqls(request: HttpRequest, viewer: Viewer, cut: str) -> HttpResponse:
    """The PQLs behind a number."""
    if cut not in teamwork.CUTS:
        raise Http404
    label, condition = teamwork.CUTS[cut]
    at, days = timezone.now(), _days(request)
    rep = _one_rep(request, viewer)
    wanted = None if rep else _wanted(request, _teams(viewer))
    ids = [rep.pk] if rep else [one.pk for one in _reps(viewer, wanted)]
    found = teamwork.cohort(ids, days=days, at=at).filter(condition)
    pqls = found.select_related("lead__account", "rep__user").defer("breakdown")
    page = Paginator(pqls.order_by("-assigned_at", "-pk"), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    context = {
        "label": label,
        "rep": rep,
        "wanted": wanted,
        "query": f"&rep={rep.pk}" if rep else _narrowed(wanted),
        "days": days,
        "page": page,
        "section": "team",
    }
    return show(request, viewer, "routing/team_pqls.html", context)


@require_safe
@page_for(lambda viewer: viewer.sees_team)
def team_export(request: HttpRequest, viewer: Viewer) -> Any:
    """The table as a file: of the team that is chosen, or of all."""
    at, days = timezone.now(), _days(request)
    report = teamwork.report(_reps(viewer, _wanted(request, _teams(viewer))), days=days, at=at)
    return csv_response(f"team-{days}-days-{at:%Y-%m-%d}.csv", HEAD, _lines(report))


def _lines(report: teamwork.Report) -> Iterator[tuple[Any, ...]]:
    for row in report.rows:
        told, rate = row.numbers, row.numbers.acceptance
        rates = (rate.value, rate.low, rate.high) if rate else (None, None, None)
        yield (
            str(row.rep), str(row.rep.team), told.assigned, told.accepted, told.rejected,
            *(None if one is None else round(one, 3) for one in rates), told.waiting, told.late,
            *_in_working_time(told.worked),
            _hours(told.half_touched), _hours(told.most_touched), row.breaches, row.load.open,
            row.rep.max_open, row.alerts, row.followed,
        )  # fmt: skip


def _in_working_time(took: Took | None) -> tuple[float | None, float | None]:
    return (_hours(took.half), _hours(took.most)) if took else (None, None)


def _hours(span: timedelta | None) -> float | None:
    return None if span is None else round(span / timedelta(hours=1), 2)


def _days(request: HttpRequest) -> int:
    wanted = request.GET.get("days", "")
    return next((days for days in teamwork.SPANS if str(days) == wanted), 30)


def _teams(viewer: Viewer) -> list[Team]:
    teams = Team.objects.all()
    return list(teams if viewer.sees_all else teams.filter(pk__in=viewer.managed))


def _wanted(request: HttpRequest, teams: Iterable[Team]) -> Team | None:
    """The team that is chosen; None for all of them."""
    return next((one for one in teams if str(one.pk) == request.GET.get("team")), None)


def _narrowed(team: Team | None) -> str:
    """What a chosen team adds to the addresses of what is behind its numbers."""
    return f"&team={team.pk}" if team else ""


def _reps(viewer: Viewer, team: Team | None) -> list[Rep]:
    reps = teamwork.reps_seen_by(viewer).select_related("user", "team")
    return list(reps.filter(team=team) if team else reps)


def _one_rep(request: HttpRequest, viewer: Viewer) -> Rep | None:
    """Whose list it is; None for all of them, where there is more than oneself to see."""
    wanted = request.GET.get("rep", "")
    if not viewer.sees_team:
        wanted = wanted or str(viewer.rep_id)
    if not wanted:
        return None
    own = Rep.objects.filter(pk=viewer.rep_id) if viewer.rep_id else Rep.objects.none()
    seen = teamwork.reps_seen_by(viewer) | own
    is_id = wanted.isascii() and wanted.isdigit() and len(wanted) < 18
    rep = seen.filter(pk=int(wanted)).select_related("user").first() if is_id else None
    if rep is None:
        raise Http404
    return rep
