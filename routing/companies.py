"""Companies: what they are worth and why, and the people beside a lead."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from leads.models import Account, Lead
from routing.charts import Chart, Point, step_chart
from routing.models import Qualification
from routing.people import HISTORY_ROWS, AxisLines, axis_lines, visible_leads
from routing.reasons import missing
from routing.reports import account_score_history
from routing.viewers import Viewer
from rubrics.accounts import Member, Standing, members, standings
from rubrics.models import AccountScore, AccountScoreChange
from rubrics.scoring.types import Axis

MOST_COLLEAGUES = 6


@dataclass(frozen=True, slots=True)
class ExplainedAccount:
    """One score of an account with its reasons and its past."""

    standing: Standing
    axes: tuple[AxisLines, AxisLines]
    missing: list[str]
    chart: Chart | None
    history: list[AccountScoreChange]

    @property
    def score(self) -> AccountScore:
        return self.standing.score

    @property
    def has_unknowns(self) -> bool:
        return self.score.fit_high > self.score.fit


@dataclass(frozen=True, slots=True)
class Colleague:
    """Another person of the company, and who works them (a PQL that is open, None: nobody)."""

    member: Member
    pql: Qualification | None


@dataclass(frozen=True, slots=True)
class Company:
    """The people beside a lead. ``elsewhere`` counts those whom other teams work, by team."""

    standing: Standing | None
    colleagues: list[Colleague]
    elsewhere: list[tuple[str, int]]


def company_of(lead: Lead, viewer: Viewer) -> Company | None:
    """The lead's company as far as the viewer may see it; None if it is not known."""
    if lead.account is None:
        return None
    of_account = Qualification.objects.open().filter(lead__account=lead.account)
    others = visible_leads(viewer).filter(account=lead.account).exclude(pk=lead.pk)
    found = members(others, limit=MOST_COLLEAGUES)
    worked = of_account.seen_by(viewer).filter(lead__in=[member.lead.pk for member in found])
    by_lead = {pql.lead_id: pql for pql in worked.select_related("rep__user").order_by("pk")}
    teams = of_account.hidden_from(viewer).values_list("rep__team__name")
    return Company(
        standing=next(iter(standings(lead.account)), None),
        colleagues=[Colleague(member, by_lead.get(member.lead.pk)) for member in found],
        elsewhere=list(teams.annotate(Count("lead", distinct=True)).order_by("rep__team__name")),
    )


def explained_account(account: Account, *, at: datetime) -> list[ExplainedAccount]:
    """The account's scores, one a product; the one that counts first."""
    return [_explained(standing, at) for standing in standings(account)]


def _explained(standing: Standing, at: datetime) -> ExplainedAccount:
    score, version, lines = standing.score, standing.score.version, standing.lines
    changes = account_score_history(account_id=score.account_id, product_id=score.product_id)
    points = [Point(change.at, change.fit, change.behavior, change.total) for change in changes]
    return ExplainedAccount(
        standing=standing,
        axes=(
            axis_lines(Axis.FIT, score.fit, version.max_fit, lines),
            axis_lines(Axis.BEHAVIOR, score.behavior, version.max_behavior, lines),
        ),
        missing=missing(score),
        chart=step_chart(
            points, until=max(at, score.at), threshold=version.min_total, top=standing.maximum
        ),
        history=changes[::-1][:HISTORY_ROWS],
    )
