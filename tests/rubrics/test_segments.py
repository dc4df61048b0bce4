"""Several rubrics of one product: each lead is scored by exactly one of them, and told which."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from leads.models import AttributeChange, Lead, LeadChange, Product
from leads.services import set_account_attributes
from rubrics import scores
from rubrics.errors import VersionNotPublishable, VersionNotRetirable
from rubrics.mappers import compiled
from rubrics.measures.statement import measure
from rubrics.measures.subjects import LeadIds
from rubrics.models import RubricVersion, Score, ScoreChange
from rubrics.publishing import publish_now, retire_version
from rubrics.scoring.types import Measured
from rubrics.segments import scoring_versions, segment_reason
from rubrics.services import load_rubric
from tests.rubrics.makers import AT, make_hits, make_lead
from tests.rubrics.scored import DAY, DOCUMENT, mark
from tests.stock import written_once

LARGE = {"measure": "number_in_range", "attribute": "account.employees", "ranges": [[1000, None]]}
BANK = {"measure": "value_in_list", "attribute": "account.industry", "values": ["Banking"]}


def publish(product: Product, key: str, **sections: Any) -> RubricVersion:
    """Publish the small rubric under another key, and with these sections."""
    document = {**DOCUMENT, "rubric": key, "name": key.capitalize(), **sections}
    return publish_now(load_rubric(document, product=product, by=None, at=AT), by=None, at=AT)


def segment(order: int, *when: dict[str, Any], name: str = "Enterprise") -> dict[str, Any]:
    return {"name": name, "order": order, "when": list(when)}


@pytest.fixture
@written_once
def enterprise(product: Product) -> RubricVersion:
    return publish(product, "enterprise", segment=segment(10, LARGE))


def by_lead() -> dict[int, str]:
    return dict(Score.objects.values_list("lead_id", "rubric__key"))


def score_all(*leads: Lead, at: Any = AT) -> None:
    mark(*leads)
    while scores.score_due(at=at):
        pass


def test_first_segment_in_order_whose_conditions_all_hold(
    version: RubricVersion, product: Product, enterprise: RubricVersion
) -> None:
    publish(product, "banks", segment=segment(5, LARGE, BANK, name="Large banks"))
    companies: tuple[dict[str, Any], ...] = (
        {"employees": 999},
        {"employees": 1000},
        {"employees": 5000, "industry": "Banking"},
        {"industry": "Banking"},
        {},
    )
    leads = [make_lead(product, account=company, hits=[("used", AT)]) for company in companies]
    score_all(*leads)
    chosen = ["small", "enterprise", "banks", "small", "small"]
    assert by_lead() == dict(zip((lead.pk for lead in leads), chosen, strict=True))
    assert set(Score.objects.values_list("total", "product")) == {(5, product.pk)}


def test_without_a_default_leads_of_no_segment_have_no_score(
    product: Product, enterprise: RubricVersion
) -> None:
    large = make_lead(product, account={"employees": 2000})
    small = make_lead(product, account={"employees": 20})
    score_all(large, small)
    assert by_lead() == {large.pk: "enterprise"}
    assert scoring_versions(LeadIds([small.pk], AT)) == []
    assert not LeadChange.objects.exists()


def test_lead_that_moves_keeps_one_score_and_does_not_cross_again(
    version: RubricVersion, product: Product, enterprise: RubricVersion
) -> None:
    lead = make_lead(product, account={"employees": 20}, hits=[("used", AT)] * 2)
    score_all(lead)
    before = Score.objects.get()
    assert lead.account is not None
    set_account_attributes(account=lead.account, attributes={"employees": 3000}, at=AT)
    scores.score_due(at=AT + DAY)
    after = Score.objects.get()
    assert (after.pk, after.rubric_id, after.is_pql) == (before.pk, enterprise.rubric_id, True)
    history = ScoreChange.objects.order_by("pk").values_list("rubric__key", "is_pql", "crossed")
    assert list(history) == [("small", True, True), ("enterprise", True, False)]
    set_account_attributes(account=lead.account, attributes={"employees": None}, at=AT + DAY)
    scores.score_due(at=AT + 2 * DAY)
    assert by_lead() == {lead.pk: "small"}


def test_rescore_leaves_leads_of_other_segments_alone(
    version: RubricVersion, product: Product, enterprise: RubricVersion
) -> None:
    small = make_lead(product, account={"employees": 20})
    large = make_lead(product, account={"employees": 2000})
    score_all(small, large)
    later = AT + DAY
    steps: list[tuple[int, int]] = []
    progress = lambda done, total: steps.append((done, total))  # noqa: E731  # one line, one use
    assert scores.rescore(version=enterprise, at=later, progress=progress) == 1
    assert steps == [(2, 2)]
    assert Score.objects.get(lead=large).at == later
    assert Score.objects.get(lead=small).at == AT
    assert scores.rescore(version=version, at=later) == 1
    assert Score.objects.get(lead=small).at == later


def test_choosing_is_one_statement_a_batch_and_none_without_segments(
    version: RubricVersion, product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []

    def noted(*args: Any, **options: Any) -> Iterator[tuple[int, Measured]]:
        asked.append(args)
        return measure(*args, **options)

    monkeypatch.setattr("rubrics.segments.measure", noted)
    leads = [make_lead(product, account={"employees": size}) for size in (20, 2000)]
    score_all(*leads)
    assert asked == []
    publish(product, "enterprise", segment=segment(10, LARGE))
    publish(product, "banks", segment=segment(20, BANK))
    asked.clear()
    score_all(*leads)
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("sections", "problem"),
    [
        pytest.param({}, "segment: the rubric small scores every lead of no segment", id="default"),
        pytest.param(
            {"segment": segment(10, BANK)}, "segment.order: the rubric enterprise", id="order"
        ),
    ],
)
def test_two_rubrics_for_one_place_are_refused(
    version: RubricVersion,
    product: Product,
    enterprise: RubricVersion,
    sections: dict[str, Any],
    problem: str,
) -> None:
    with pytest.raises(VersionNotPublishable, match=problem):
        publish(product, "third", **sections)
    publish(product, "enterprise", segment=segment(10, LARGE))  # its own next version may
    publish(Product.objects.create(key="other", name="Other"), "third", **sections)


RECENT = {"measure": "date_within", "attribute": "account.funding_raised_at", "within": "90d"}


def test_time_alone_moves_a_lead_into_a_segment_and_out_again(
    version: RubricVersion, product: Product
) -> None:
    publish(product, "funded", segment=segment(10, RECENT, name="Funded"))
    raised = AT + 10 * DAY
    lead = make_lead(product, account={"funding_raised_at": raised.isoformat()})
    score_all(lead)
    for moment, rubric in ((raised, "funded"), (raised + 90 * DAY, "small")):
        due = Score.objects.get().due_at
        assert due == moment
        assert scores.score_due(at=due - timedelta(microseconds=1)) == 0
        assert scores.score_due(at=due) == 1
        assert by_lead() == {lead.pk: rubric}


def test_segment_that_time_changes_needs_a_default(
    version: RubricVersion, product: Product
) -> None:
    publish(product, "funded", segment=segment(10, RECENT))
    with pytest.raises(VersionNotRetirable, match="date_within of the rubric funded"):
        retire_version(version, by=None, at=AT)
    other = Product.objects.create(key="other", name="Other")
    with pytest.raises(VersionNotPublishable, match="date_within of the rubric funded"):
        publish(other, "funded", segment=segment(10, RECENT))


def test_retired_rubric_leaves_its_leads_to_the_others(
    version: RubricVersion, product: Product, enterprise: RubricVersion
) -> None:
    small = make_lead(product, account={"employees": 20})
    large = make_lead(product, account={"employees": 2000}, hits=[("used", AT)] * 2)
    score_all(small, large)
    retire_version(enterprise, by=None, at=AT)
    scores.score_due(at=AT)
    assert set(by_lead().values()) == {"small"}
    assert ScoreChange.objects.filter(crossed=True).count() == 1
    retire_version(version, by=None, at=AT)
    scores.score_due(at=AT)
    assert by_lead() == {}
    with pytest.raises(VersionNotRetirable):
        retire_version(version, by=None, at=AT)


def test_reason_says_which_segment_and_why(
    version: RubricVersion, product: Product, enterprise: RubricVersion
) -> None:
    publish(product, "banks", segment=segment(20, BANK, name="Banks"))
    cases: dict[str, dict[str, Any]] = {
        "Segment Enterprise: company size 1,200": {"employees": 1200, "industry": "Retail"},
        "Segment Banks: industry Banking": {"industry": "Banking"},
        "In no segment: the product's default rubric": {},
    }
    for reason, company in cases.items():
        lead = make_lead(product, account=company)
        score_all(lead)
        assert segment_reason(Score.objects.get(lead=lead)) == reason


def test_reason_is_silent_where_there_is_nothing_to_choose(
    version: RubricVersion, product: Product
) -> None:
    lead = make_lead(product)
    score_all(lead)
    assert segment_reason(Score.objects.get()) == ""


def test_segment_of_a_past_moment(
    version: RubricVersion, product: Product, enterprise: RubricVersion
) -> None:
    """The company grew: by what was known then, another rubric counted."""
    lead = make_lead(product, account={"employees": 2000}, started_at=AT - 9 * DAY)
    account = lead.account
    assert account is not None
    rows: tuple[tuple[dict[str, Any], str, Any, timedelta], ...] = (
        ({"lead": lead}, "$account", account.pk, 9 * DAY),
        ({"account": account}, "employees", 20, 9 * DAY),
        ({"account": account}, "employees", 2000, DAY),
    )
    for owner, name, value, ago in rows:
        known = AT - ago
        AttributeChange.objects.create(
            **owner, name=name, value=value, known_at=known, confirmed_at=known
        )
    then = scoring_versions(LeadIds([lead.pk], AT - 2 * DAY), as_of=True)
    now = scoring_versions(LeadIds([lead.pk], AT))
    assert [then, now] == [[compiled(version.pk)], [compiled(enterprise.pk)]]


def test_highest_behavior_counts_of_several_products(
    version: RubricVersion, product: Product
) -> None:
    other = Product.objects.create(key="other", name="Other")
    publish(other, "other")
    lead = make_lead(product, hits=[("used", AT)])
    lead.trials.create(product=other, started_at=AT)
    make_hits(other, lead.pk, [("used", AT)] * 3)
    score_all(lead)
    ranked = Score.objects.headline_first().values_list("product__key", "behavior")
    assert list(ranked) == [("other", 15), ("app", 5)]
