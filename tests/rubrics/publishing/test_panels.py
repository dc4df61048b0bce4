"""Who is scored by what once it is live: segments, accounts, and versions that cannot score."""

from dataclasses import replace
from typing import Any

import pytest

from leads.models import Account, Lead, LeadChange, Product
from leads.services import set_account_attributes, set_attributes
from rubrics import mappers, publishing, segments
from rubrics.claims import ACCOUNTS, LEADS
from rubrics.mappers import Compiled
from rubrics.models import AccountScore, NextScore, Publication, RubricVersion, Score
from rubrics.proof.comparing import Tally, compare
from rubrics.publishing import filling
from rubrics.scores import score_due
from rubrics.scoring.types import Measured
from rubrics.services import draft_version, load_rubric
from tests.rubrics.makers import AT, make_hits, make_lead
from tests.rubrics.publishing.conftest import DOUBLE, LATER
from tests.rubrics.scored import DAY, DOCUMENT, mark, results
from tests.rubrics.test_segments import LARGE, segment
from tests.stock import written_once


def publish(product: Product, document: dict[str, Any], **sections: Any) -> RubricVersion:
    draft = load_rubric({**document, **sections}, product=product, by=None, at=AT)
    return publishing.publish_now(draft, by=None, at=LATER)


def by_lead() -> dict[int, str]:
    return {
        lead: f"{key} {number}"
        for lead, key, number in Score.objects.values_list(
            "lead_id", "rubric__key", "version__number"
        )
    }


@pytest.fixture
@written_once
def companies(product: Product, version: RubricVersion) -> list[Lead]:
    """A lead of a small company, of a middling and of a large one; scored by the default."""
    made = []
    for size in (10, 500, 5000):
        lead = make_lead(product, hits=[("used", AT)])
        account = Account.objects.create()
        set_account_attributes(account=account, attributes={"employees": size}, at=AT - DAY)
        set_attributes(lead=lead, attributes={"$account": account.pk}, at=AT - DAY)
        lead.refresh_from_db()
        made.append(lead)
    while score_due(at=AT):
        pass
    return made


def test_leads_move_between_rubrics_with_the_flip(product: Product, companies: list[Lead]) -> None:
    small, middling, large = (lead.pk for lead in companies)
    publish(product, DOUBLE, rubric="big", segment=segment(1, LARGE))
    assert by_lead() == {small: "small 1", middling: "small 1", large: "big 1"}
    revisions = dict(Score.objects.values_list("lead_id", "revision"))
    assert revisions == {small: 1, middling: 1, large: 2}  # whom it does not touch, it does not
    wider = {**LARGE, "ranges": [[100, None]]}
    publish(product, DOUBLE, rubric="big", segment=segment(1, wider))
    assert by_lead() == {small: "small 1", middling: "big 2", large: "big 2"}
    assert compare(LEADS, [small, middling, large], at=LATER) == Tally(checked=3)
    narrower = RubricVersion.objects.get(rubric__key="big", number=1)
    publishing.finish_now(
        publishing.roll_back(narrower, by=None, at=LATER, reason="Too wide."), at=LATER
    )
    assert by_lead() == {small: "small 1", middling: "small 1", large: "big 1"}


def test_who_belongs_to_no_segment_any_more_loses_the_score(
    product: Product, version: RubricVersion, companies: list[Lead]
) -> None:
    small, middling, large = companies
    publish(product, DOCUMENT, segment=segment(1, LARGE))
    assert by_lead() == {large.pk: "small 2"}
    assert set(LeadChange.objects.values_list("lead_id", flat=True)) == {small.pk, middling.pk}
    score_due(at=LATER)  # who lost theirs is looked at once more
    assert by_lead() == {large.pk: "small 2"}
    ids = [lead.pk for lead in companies]
    assert compare(LEADS, ids, at=LATER) == Tally(checked=1)


def test_segment_may_change_while_the_buffer_fills(
    product: Product, companies: list[Lead], monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = load_rubric(
        {**DOUBLE, "rubric": "big", "segment": segment(1, LARGE)}, product=product, by=None, at=AT
    )
    publishing.publish_version(draft, by=None, at=LATER)
    monkeypatch.setattr(filling, "CHUNK", dict.fromkeys(filling.CHUNK, 1))
    publishing.publish_some(at=LATER, seconds=0)
    account = Account.objects.get(pk=companies[0].account_id or 0)
    set_account_attributes(account=account, attributes={"employees": 2000}, at=LATER)
    score_due(at=LATER)
    assert by_lead()[companies[0].pk] == "small 1"
    assert NextScore.objects.get(lead=companies[0]).version == draft
    while publishing.publish_some(at=LATER, seconds=0):
        pass
    assert by_lead()[companies[0].pk] == "big 1"


def test_accounts_flip_too(product: Product, companies: list[Lead]) -> None:
    document = {**DOCUMENT, "rubric": "companies", "subject": "account"}
    publish(product, document)
    while score_due(at=AT):
        pass
    totals = dict(AccountScore.objects.values_list("account_id", "total"))
    assert set(totals.values()) == {5}
    draft = load_rubric(
        {**DOUBLE, "rubric": "companies", "subject": "account"}, product=product, by=None, at=AT
    )
    publication = publishing.publish_version(draft, by=None, at=LATER)
    assert publication.total == 3
    publishing.publish_some(at=LATER, seconds=0)
    make_hits(product, companies[0].pk, [("used", AT)])
    mark(companies[0], at=LATER)
    while score_due(at=LATER):
        pass
    assert AccountScore.objects.get(account=companies[0].account_id).total == 10
    while publishing.publish_some(at=LATER, seconds=0):
        pass
    totals = dict(AccountScore.objects.values_list("account_id", "total"))
    assert totals == {
        lead.account_id: total for lead, total in zip(companies, (20, 10, 10), strict=True)
    }
    ids = [lead.account_id for lead in companies if lead.account_id]
    assert compare(ACCOUNTS, ids, at=LATER) == Tally(checked=3)
    assert set(results().values()) == {5, 10}  # leads are none of its business


def test_rubric_may_go_from_leads_to_accounts(product: Product, companies: list[Lead]) -> None:
    publish(product, {**DOCUMENT, "subject": "account"})
    assert not Score.objects.exists()
    publication = Publication.objects.get(version__number=2)
    assert (publication.total, publication.done) == (6, 6)
    assert AccountScore.objects.count() == 3
    assert compare(ACCOUNTS, [one.account_id or 0 for one in companies], at=LATER).findings == []


class Broken:
    """Judges as the version does, but not those who used the product so often."""

    def __init__(self, version: Compiled, uses: float) -> None:
        self.judge, self.uses = version.judge, uses

    def __call__(self, measured: Measured) -> Any:
        if self.uses in measured.values:
            raise ZeroDivisionError("a strange number")
        return self.judge(measured)


@pytest.fixture
def breaks_at(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let versions that are going live fail over a number."""

    def breaks(uses: float) -> None:
        plain = mappers.compiled

        def broken(version_id: int, *, publication_id: int | None = None) -> Compiled:
            version = plain(version_id, publication_id=publication_id)
            if publication_id is None:
                return version
            return replace(version, judge=Broken(version, uses))

        monkeypatch.setattr(segments, "compiled", broken)

    return breaks


def test_lead_that_the_version_cannot_score_holds_up_nobody(
    leads: list[Lead], product: Product, version: RubricVersion, breaks_at: Any
) -> None:
    breaks_at(3)
    publication = publishing.publish_version(
        draft_version(version, by=None, at=AT), by=None, at=LATER
    )
    publishing.publish_some(at=LATER, seconds=0)
    make_hits(product, leads[0].pk, [("used", AT)] * 3)
    mark(leads[0], leads[1], at=LATER)
    score_due(at=LATER)
    assert (results()[leads[0].pk], results()[leads[1].pk]) == (15, 5)  # live ones go on
    assert not LeadChange.objects.exists()
    publishing.finish_now(publication, at=LATER)
    publication.refresh_from_db()
    assert publication.skipped == 3
    without = {leads[n].pk for n in (0, 3, 7, 11)}
    assert set(results()) == {lead.pk for lead in leads} - without
    # They are tried again, and scoring says so if it gives up.
    assert set(LeadChange.objects.values_list("lead_id", flat=True)) == without


def test_version_that_can_score_hardly_anybody_fails(
    leads: list[Lead], version: RubricVersion, breaks_at: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    breaks_at(3)
    monkeypatch.setattr(filling, "MOST_SKIPPED", 1)
    draft = draft_version(version, by=None, at=AT)
    publication = publishing.publish_version(draft, by=None, at=LATER)
    publishing.publish_some(at=LATER, seconds=60)
    publication.refresh_from_db()
    assert publication.state == "failed"
    assert "cannot score 2 leads or accounts" in publication.problem
    assert RubricVersion.objects.get(pk=draft.pk).status == "draft"
