import pytest

from leads.models import AuditEntry
from routing import services
from routing.dealing.rules import FALLBACK, Pool, Way
from routing.models import AccountOwner, Qualification, RuleSet, Territory
from routing.models.rule import RuleSetStatus
from routing.services.rules import (
    RulesNotPublishable,
    draft_rules,
    own_accounts,
    publish_rules,
)
from tests.factories.routing import RepFactory, UserFactory
from tests.factories.rubrics import AT, AccountFactory, ScoreChangeFactory

pytestmark = pytest.mark.django_db


def test_a_first_draft_is_empty_and_there_is_only_one() -> None:
    draft = draft_rules(by=None, at=AT)
    assert (draft.number, draft.status, draft.rules.count()) == (1, RuleSetStatus.DRAFT, 0)
    assert draft_rules(by=None, at=AT) == draft


def test_publishing_freezes_the_rules_and_deals_by_them() -> None:
    by = UserFactory.create()
    chosen = RepFactory.create_batch(2)[1]
    draft = draft_rules(by=by, at=AT)
    draft.rules.create(name="Chosen", pool=Pool.REPS, way=Way.WEIGHTED).reps.add(chosen)
    draft.rules.create(name="Off", is_on=False)
    live = publish_rules(draft, by=by, at=AT)

    assert RuleSet.objects.live() == live
    assert (live.published_at, live.published_by) == (AT, by)
    assert [(rule["name"], rule["reps"]) for rule in live.document] == [("Chosen", [chosen.pk])]
    ScoreChangeFactory.create()
    services.open_qualifications(at=AT, limit=10)
    assert Qualification.objects.get().rep == chosen
    told = AuditEntry.objects.filter(about="routing.ruleset", action="published")
    assert told.filter(by=by).count() == told.count() > 0


def test_a_draft_of_what_is_live_keeps_the_keys_and_replaces_it() -> None:
    territory = Territory.objects.create(name="DACH", countries=["DE"])
    first = draft_rules(by=None, at=AT)
    first.rules.create(name="DACH", pool=Pool.TERRITORY).territories.add(territory)
    first = publish_rules(first, by=None, at=AT)

    second = draft_rules(by=None, at=AT)
    [copy] = second.rules.all()
    assert (copy.key, list(copy.territories.all())) == (first.rules.get().key, [territory])
    copy.name = "Germany"
    copy.save()
    second = publish_rules(second, by=None, at=AT)
    first.refresh_from_db()
    assert (first.status, second.status) == (RuleSetStatus.RETIRED, RuleSetStatus.LIVE)
    assert first.document[0]["name"] == "DACH"
    change = AuditEntry.objects.get(about_id=second.pk, action="published")
    assert (change.field, change.before, change.after) == (f"{copy.key}.name", "DACH", "Germany")


@pytest.mark.parametrize(
    ("pool", "says"), [(Pool.TEAMS, "choose the teams"), (Pool.REPS, "choose the reps")]
)
def test_rules_that_deal_to_nobody_are_refused(pool: Pool, says: str) -> None:
    draft = draft_rules(by=None, at=AT)
    rule = draft.rules.create(name="Empty", pool=pool)
    with pytest.raises(RulesNotPublishable, match=f"“Empty”: {says}"):
        publish_rules(draft, by=None, at=AT)
    rule.is_on = False
    rule.save()
    assert publish_rules(draft, by=None, at=AT).document == []


def test_what_is_live_is_not_published_again() -> None:
    live = publish_rules(draft_rules(by=None, at=AT), by=None, at=AT)
    with pytest.raises(RulesNotPublishable, match="is no draft"):
        publish_rules(live, by=None, at=AT)


def test_no_rule_can_take_the_fallbacks_place() -> None:
    RepFactory.create()
    publish_rules(draft_rules(by=None, at=AT), by=None, at=AT)
    ScoreChangeFactory.create()
    services.open_qualifications(at=AT, limit=10)
    pql = Qualification.objects.get()
    assert pql.rep is not None
    assert pql.decisions.get().rule_name == FALLBACK.name


def test_own_accounts_gives_them_over() -> None:
    first, second = RepFactory.create_batch(2)
    accounts = AccountFactory.create_batch(3)
    assert own_accounts([one.pk for one in accounts], rep=first, by=None, at=AT) == 3
    assert own_accounts([accounts[0].pk], rep=second, by=None, at=AT) == 1
    owners = AccountOwner.objects.order_by("account")
    assert [owner.rep for owner in owners] == [second, first, first]
