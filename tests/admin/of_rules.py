"""Rows of who gets which PQL, for the pages of the admin."""

from django.db.models import Model

from leads.models import Lead
from routing.models import AccountOwner, Replay, RoutingDecision, RuleSet, Territory
from tests.world import AT, World

MODELS: list[type[Model]] = [AccountOwner, Replay, RoutingDecision, RuleSet, Territory]
READ_ONLY: list[type[Model]] = [RoutingDecision]


def fill_rules(world: World, lead: Lead, number: int) -> None:
    """One row of everything; the first version of the rules is live, the others are retired."""
    pql = lead.qualifications.get()
    territory = Territory.objects.create(name=f"Territory {number}", countries=["DE"])
    territory.reps.add(world.rep)
    assert lead.account is not None
    AccountOwner.objects.create(account=lead.account, rep=world.rep, since=AT)
    status = "retired" if RuleSet.objects.exists() else "live"
    rules = RuleSet.objects.create(
        number=number + 1, status=status, created_at=AT, published_at=AT
    )  # fmt: skip
    rules.rules.create(name=f"Rule {number}").territories.add(territory)
    RoutingDecision.objects.create(
        qualification=pql, at=AT, trigger="opened", rule_set=rules, rep=pql.rep, reason="In turn",
        rule_name="Everybody", steps=[{"name": "Everybody", "fired": True, "why": "In turn"}],
    )  # fmt: skip
    replay = Replay.objects.create(
        rule_set=rules, label="it", since=AT, until=AT, started_at=AT, finished_at=AT,
        state="done", counts={str(world.rep.pk): [1, 0], "": [0, 1]}, done=1,
    )  # fmt: skip
    replay.pqls.create(qualification=pql, rep_then=pql.rep, reason="Nobody", steps=[])


# Each rule with its reps, teams and territories; each rep of a replay and the PQLs that differ.
BIGGER_PAGES: dict[type[Model], int] = {RuleSet: 10, Replay: 12}
