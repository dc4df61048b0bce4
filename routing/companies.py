"""Companies: their scores, and the people beside a lead."""

from dataclasses import dataclass

from django.db.models import Count

from leads.models import Account, Lead
from routing.models import Qualification
from routing.people import visible_leads
from routing.viewers import Viewer
from rubrics.accounts import Member, Standing, members, standings
from rubrics.models import AccountScore

MOST_COLLEAGUES = 6


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


def scores_of(account: Account) -> list[AccountScore]:
    """An account's scores, one a product; the one that counts first."""
    scores = AccountScore.objects.filter(account=account).headline_first()
    return list(scores.select_related("rubric__product", "version__rubric", "account"))
