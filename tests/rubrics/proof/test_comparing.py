"""What a proof finds, and what it must not take for a mismatch."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F

from leads.merging import merge_leads
from leads.models import Account, AttributeChange, Lead, LeadChange, Product, Trial
from leads.services import set_attributes
from rubrics.claims import ACCOUNTS, LEADS, MAX_ATTEMPTS
from rubrics.measures.statement import measure
from rubrics.models import AccountScore, RubricVersion, Score
from rubrics.proof import comparing, deriving
from rubrics.proof.comparing import Tally, compare
from rubrics.proof.reading import next_ids
from rubrics.publishing import publish_now
from rubrics.scores import score_due
from rubrics.services import draft_version, load_rubric
from tests.rubrics.makers import AT, make_hits, make_lead
from tests.rubrics.scored import DAY, DOCUMENT, mark, publish_small

Leads = list[Lead]


def prove(at: Any = AT) -> Tally:
    return compare(LEADS, next_ids(LEADS, 0, 100), at=at)


def found(tally: Tally) -> list[tuple[str, int]]:
    return [(finding.kind.value, finding.subject_id) for finding in tally.findings]


def test_clean_world_proves_nothing_mismatched(leads: Leads) -> None:
    assert prove() == Tally(checked=6)
    assert Score.objects.filter(total__gt=10).exists()


def test_scores_that_are_due_are_held_to_their_own_moment(leads: Leads) -> None:
    """The hit dated in the future came into force, and nobody has scored since."""
    assert prove(AT + 2 * DAY) == Tally(checked=6, overdue=5)


@pytest.mark.parametrize(
    ("tampered", "told"),
    [
        pytest.param({"behavior": F("behavior") + 1}, "Behavior: 9, 8", id="behavior"),
        pytest.param({"fit": 9}, "Fit: 9, 10", id="fit"),
        pytest.param({"fit_high": 50}, "Highest fit possible: 50, 10", id="possible fit"),
        pytest.param({"is_pql": True}, "PQL: yes, no", id="verdict"),
        pytest.param({"points": [5, 4, 10]}, "Points for Recent: 4, 3", id="points"),
        pytest.param({"points": [5]}, "Points for Recent: nothing, 3", id="points missing"),
        pytest.param({"measures": [2, 1, 1]}, "Measured for Used: Used ×2, Used", id="measure"),
        pytest.param({"measures": []}, "Numbers measured: 0, 3", id="measures missing"),
        pytest.param(
            {"due_at": None}, "Next change by time: never, 2026-04-01 12:00:00.000000", id="due"
        ),
        pytest.param(
            {"last_activity_at": F("last_activity_at") + timedelta(microseconds=1)},
            "Last activity: 2026-03-25 12:00:00.000001+00:00, 2026-03-25 12:00:00.000000+00:00",
            id="last activity",
        ),
    ],
)
def test_tampered_score_is_found_and_told(leads: Leads, tampered: Any, told: str) -> None:
    Score.objects.filter(lead=leads[0]).update(**tampered)
    tally = prove()
    assert found(tally) == [("differs", leads[0].pk)]
    words = [
        f"{what}: {was}, {should_be}" for what, was, should_be in tally.findings[0].differences
    ]
    assert any(line.startswith(told) for line in words), words


def test_score_that_time_changed_although_it_was_not_due(
    leads: Leads, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A due date that is wrong by the engine's own reckoning shows once its day has come."""
    Score.objects.filter(lead=leads[0]).update(due_at=None)
    for module in (comparing, deriving):
        monkeypatch.setattr(module, "is_same", lambda *_: True)
    tally = prove(AT + 2 * DAY)
    assert found(tally) == [("outdated", leads[0].pk)]
    assert ("Behavior", "8", "10") in tally.findings[0].differences


def test_missing_score(leads: Leads) -> None:
    Score.objects.filter(lead=leads[2]).delete()
    tally = prove()
    assert found(tally) == [("missing", leads[2].pk)]
    assert tally.checked == 6


@pytest.mark.parametrize("gone", ["trial", "lead"])
def test_superfluous_score(leads: Leads, gone: str) -> None:
    if gone == "trial":
        Trial.objects.filter(lead=leads[1]).delete()
    else:
        merge_leads(winner=leads[0], loser=leads[1], reason="test", at=AT)
        LeadChange.objects.filter(lead=leads[1]).delete()
    assert found(prove()) == [("superfluous", leads[1].pk)]


def test_score_by_another_version_than_the_published_one(
    leads: Leads, version: RubricVersion
) -> None:
    publish_now(draft_version(version, by=None, at=AT), by=None, at=AT)
    assert prove() == Tally(checked=6)
    Score.objects.filter(lead=leads[0]).update(version=version)
    tally = prove()
    assert found(tally) == [("version", leads[0].pk)]
    assert tally.findings[0].differences == (("Version", "small v1", "small v2"),)


def test_leads_with_an_open_change_wait(leads: Leads, product: Product) -> None:
    make_hits(product, leads[0].pk, [("used", AT - DAY)])
    mark(leads[0], make_lead(product))
    assert prove() == Tally(checked=5, waiting=1)  # the other one has no score yet


def test_hit_without_a_mark_is_found(leads: Leads, product: Product) -> None:
    make_hits(product, leads[0].pk, [("used", AT - DAY)])
    assert found(prove()) == [("differs", leads[0].pk)]


def test_leads_that_scoring_gave_up_are_no_longer_waited_for(
    leads: Leads, product: Product
) -> None:
    fresh = make_lead(product)
    mark(leads[0], fresh)
    LeadChange.objects.update(attempts=MAX_ATTEMPTS, claimed_until=AT + DAY)
    assert prove() == Tally(checked=5, waiting=1)  # the last attempt is under way
    LeadChange.objects.update(claimed_until=AT - DAY)
    tally = prove()
    assert sorted(found(tally)) == [("given_up", leads[0].pk), ("given_up", fresh.pk)]


def test_attributes_are_read_from_their_history(leads: Leads) -> None:
    """The newest values stand on the lead; that they do is part of what is proven."""
    Lead.objects.filter(pk=leads[0].pk).update(attributes={"title": "Engineer"})
    assert found(prove(AT - DAY)) == []
    AttributeChange.objects.filter(lead=leads[1]).update(value="Engineer")
    assert found(prove()) == [("outdated", leads[0].pk), ("differs", leads[1].pk)]


def test_statement_dated_ahead_counts_as_it_does_when_scoring(leads: Leads) -> None:
    """A browser's clock runs ahead; its traits count at once, and that is no mismatch."""
    set_attributes(lead=leads[0], attributes={"title": "Engineer"}, at=AT + timedelta(minutes=5))
    score_due(at=AT)
    assert Score.objects.get(lead=leads[0]).fit == 0
    assert prove() == Tally(checked=6)
    assert prove(AT + timedelta(minutes=6)) == Tally(checked=6)


def test_merged_leads_have_no_score_and_the_winner_is_right(leads: Leads) -> None:
    merge_leads(winner=leads[0], loser=leads[1], reason="test", at=AT)
    assert prove() == Tally(checked=4, waiting=2)
    score_due(at=AT)
    assert prove() == Tally(checked=5)


def test_only_one_rubric(leads: Leads) -> None:
    other = Product.objects.create(key="other", name="Other")
    rubric = publish_small(other).rubric
    mark(make_lead(other, hits=[("used", AT)]))
    score_due(at=AT)
    Score.objects.update(behavior=99)
    tally = compare(LEADS, next_ids(LEADS, 0, 100), at=AT, rubric_id=rubric.pk)
    assert (tally.checked, len(tally.findings)) == (1, 1)
    assert prove().checked == 7


def test_who_cannot_be_derived_is_named_and_the_others_are_compared(
    leads: Leads, monkeypatch: pytest.MonkeyPatch
) -> None:

    def failing(version: Any, subjects: Any, **options: Any) -> Any:
        for lead_id, measured in measure(version, subjects, **options):
            if lead_id == leads[3].pk:
                raise OverflowError("too much")
            yield lead_id, measured

    monkeypatch.setattr(deriving, "measure", failing)
    tally = prove()
    assert tally.checked == 6
    assert found(tally) == [("underivable", leads[3].pk)]
    assert tally.findings[0].differences == (("Derived again", "", "OverflowError: too much"),)


# --- Segments and accounts ------------------------------------------------------------------------
@pytest.fixture
def segment(leads: Leads, product: Product) -> RubricVersion:
    """A rubric for engineers, beside the default one; nobody is one yet."""
    engineers = {"measure": "text_matches", "attribute": "lead.title", "keywords": ["Engineer"]}
    document = DOCUMENT | {
        "rubric": "engineers",
        "segment": {"name": "Engineers", "order": 1, "when": [engineers]},
    }
    draft = load_rubric(document, product=product, by=None, at=AT)
    version = publish_now(draft, by=None, at=AT)
    score_due(at=AT)
    return version


def test_segment_picks_the_rubric(leads: Leads, segment: RubricVersion) -> None:
    set_attributes(lead=leads[0], attributes={"title": "Engineer"}, at=AT)
    score_due(at=AT)
    assert Score.objects.get(lead=leads[0]).version == segment
    assert prove() == Tally(checked=6)
    only = compare(LEADS, [lead.pk for lead in leads], at=AT, rubric_id=segment.rubric_id)
    assert only == Tally(checked=1)


def test_score_by_the_rubric_of_another_segment(leads: Leads, segment: RubricVersion) -> None:
    Score.objects.filter(lead=leads[0]).update(rubric=segment.rubric, version=segment)
    tally = prove()
    assert found(tally) == [("version", leads[0].pk)]
    assert tally.findings[0].differences == (("Version", "engineers v1", "small v1"),)


@pytest.fixture
def account(leads: Leads, product: Product) -> Account:
    """The account of the first three leads, scored by the hits of all of them."""
    account = Account.objects.create(name="Acme", external_id="acme")
    for lead in leads[:3]:
        set_attributes(lead=lead, attributes={"$account": account.pk}, at=AT - 20 * DAY)
    document = DOCUMENT | {"rubric": "companies", "subject": "account"}
    draft = load_rubric(document, product=product, by=None, at=AT)
    publish_now(draft, by=None, at=AT)
    while score_due(at=AT):
        pass
    return account


def prove_accounts(at: Any = AT) -> Tally:
    return compare(ACCOUNTS, next_ids(ACCOUNTS, 0, 100), at=at)


def test_account_scores_are_proven_too(account: Account) -> None:
    assert AccountScore.objects.get().behavior > 0
    assert prove_accounts() == Tally(checked=1)
    assert prove_accounts(AT + 2 * DAY) == Tally(checked=1, overdue=1)
    assert prove() == Tally(checked=6)
    AccountScore.objects.update(behavior=0)
    assert found(prove_accounts()) == [("differs", account.pk)]
    AccountScore.objects.all().delete()
    assert found(prove_accounts()) == [("missing", account.pk)]


def test_account_waits_for_its_leads(account: Account, leads: Leads, product: Product) -> None:
    make_hits(product, leads[0].pk, [("used", AT - DAY)])
    mark(leads[0])
    assert prove_accounts() == Tally(waiting=1)
    score_due(at=AT)
    assert prove_accounts() == Tally(checked=1)


def test_statement_dated_ahead_of_an_accounts_score(account: Account, leads: Leads) -> None:
    """Who belongs to it, said by a clock that runs ahead, counts at once."""
    ahead = AT + timedelta(minutes=5)
    set_attributes(lead=leads[4], attributes={"$account": account.pk}, at=ahead)
    set_attributes(lead=leads[0], attributes={"$account": None}, at=ahead)
    while score_due(at=AT):
        pass
    assert prove_accounts() == Tally(checked=1)
