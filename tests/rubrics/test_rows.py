"""Nothing is lost on the way of a document through the rows; and what the rows refuse to be."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from leads.models import Product
from rubrics.documents import parse_document
from rubrics.measures import SpecError
from rubrics.models import Band, Criterion, CriterionGroup, RubricVersion
from rubrics.presets import load_preset
from rubrics.rows import document_of
from rubrics.services import draft_version, load_rubric
from tests.oracle.sections import attribute_conditions, full_documents
from tests.oracle.strategies import SIGNALS
from tests.rubrics.engine import generated
from tests.rubrics.makers import AT, make_product, rolled_back

pytestmark = pytest.mark.django_db
LOGINS = {"key": "logins", "measure": "count", "signals": ["logged_in"], "tiers": [{"points": 5}]}
SMALL: dict[str, Any] = {
    "format": 1,
    "rubric": "small",
    "signals": {"logged_in": {"events": [{"event": "Logged In"}]}},
    "criteria": [LOGINS],
}
FREE = {"measure": "value_in_list", "attribute": "account.plan", "values": ["free"], "is": True}


def as_json(document: Mapping[str, Any]) -> dict[str, Any]:
    whole: dict[str, Any] = json.loads(json.dumps(document))
    return whole


@st.composite
def whole_documents(draw: st.DrawFn) -> dict[str, Any]:
    """Every section there can be, with words in it."""
    document: dict[str, Any] = draw(full_documents())
    words = st.sampled_from(["", "Für Große", "x" * 60, "quo'te\n"])
    if draw(st.booleans()):
        when = draw(st.lists(attribute_conditions, min_size=1, max_size=2))
        document["segment"] = {"name": "Enterprise", "when": when}
        if draw(st.booleans()):
            document["segment"]["order"] = draw(st.integers(0, 1000))
    for group in document["groups"].values():
        group["name"] = draw(words)
    for part in (document.get("ceiling"), *document["bands"][:1]):
        if part is not None:
            part["meaning" if "at_least" in part else "name"] = draw(words)
    if "cross_product" in document:  # of whole days, as every span of a version's own row
        document["cross_product"]["within"] = draw(st.sampled_from(["1d", "30d"]))
    for criterion in document["criteria"]:
        criterion["proxy_for"] = draw(words)
        criterion["source"] = draw(words)
    return document


@generated
@given(document=whole_documents())
def test_round_trip_generated(document: dict[str, Any]) -> None:
    """Document -> rows -> document compiles to the same version, and again to the same rows."""
    with rolled_back():
        product = make_product(*SIGNALS)
        assert_round_trip(document, product)


def test_round_trip_standard() -> None:
    with rolled_back():
        product = Product.objects.create(key="app", name="App")
        assert_round_trip(load_preset("standard"), product)


PERIODS = [
    pytest.param("100h", id="100 hours are no even number of days"),
    pytest.param("20m", id="20 minutes"),
    pytest.param("0.5m", id="half a minute"),
    pytest.param("1.5d", id="a day and a half"),
    pytest.param("365d", id="a year"),
]


@pytest.mark.parametrize("period", PERIODS)
def test_round_trip_odd_spans(period: str) -> None:
    """Not a microsecond is lost of periods, thresholds and windows."""
    silent = {"measure": "days_since", "signals": ["logged_in"]}
    criteria = [
        {"key": "p", "source": "S.", **silent, "per_period": {"points": -1, "period": period}},
        {"key": "l", **silent, "tiers": [{"at_least": period, "points": -1}]},
        {"key": "m", **silent, "tiers": [{"more_than": period, "points": -1}]},
        {**LOGINS, "window": {"last": period}},
        {**LOGINS, "key": "n", "tiers": [
            {"more_than": 0, "points": 1}, {"more_than": 49.99, "points": 2},
            {"at_least": 50.0000000001, "points": 3}, {"more_than": -3, "points": 4}]},
    ]  # fmt: skip
    assert_round_trip({**SMALL, "criteria": criteria}, Product.objects.create(key="app"))


def assert_round_trip(document: dict[str, Any], product: Product) -> None:
    version = load_rubric(document, product=product, by=None, at=AT)
    version.refresh_from_db()
    exported = as_json(document_of(version))
    assert parse_document(exported) == parse_document(document)
    again = load_rubric(exported, product=product, by=None, at=AT)
    again.refresh_from_db()
    assert as_json(document_of(again)) == exported
    assert (again.rubric_id, again.number) == (version.rubric_id, version.number + 1)


def test_sections_left_out_stay_out() -> None:
    version = load_rubric(SMALL, product=Product.objects.create(key="app"), by=None, at=AT)
    optional = {"subject", "segment", "combination", "ceiling", "groups", "cross_product",
                "matrix", "bands"}  # fmt: skip
    assert not optional & document_of(version).keys()


def test_numbers_are_told_as_they_were_written(product: Product) -> None:
    decay = {"mode": "percent", "percent": 25}
    recency = {"within": "48h", "factor": 2}
    document = {**SMALL, "decay": decay, "criteria": [{**LOGINS, "recency": recency}]}
    told = document_of(load_rubric(document, product=product, by=None, at=AT))
    assert json.dumps(told["decay"]["percent"]) == "25"
    assert json.dumps(told["criteria"][0]["recency"]) == json.dumps(recency)


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"decay": {"period": "36h"}}, "decay.period"),
        ({"decay": {"grace": "1h"}}, "decay.grace"),
        ({"decay": {"expired": {"points": 1, "period": "36h"}}}, "decay.expired.period"),
        ({"cross_product": {"points": 10, "within": "36h"}}, "cross_product.within"),
        (
            {"criteria": [{**LOGINS, "recency": {"within": "90m", "factor": 2}}]},
            "criteria.logins.recency.within",
        ),
    ],
)
def test_spans_that_the_forms_cannot_show_are_refused(
    product: Product, changes: dict[str, Any], where: str
) -> None:
    with pytest.raises(SpecError, match="is a whole number of") as error, transaction.atomic():
        load_rubric({**SMALL, **changes}, product=product, by=None, at=AT)
    assert error.value.where == where


APART = {
    "version_segment_whole": {"segment_name": "Enterprise"},
    "version_blend_adds_up": {"combination": "blend", "blend_behavior": 70, "blend_fit": 40},
    "version_decay_percent_is_a_share": {"decay_percent": 100.5},
    "version_percent_decay_has_its_percent": {"decay_mode": "percent"},
    "version_expired_whole": {"expired_points": 20},
    "version_ceiling_whole": {"ceiling_behavior": 40},
    "version_cross_product_whole": {"cross_product_points": 10, "cross_product_days": 30},
    "version_matrix_whole": {"matrix_behavior": 60},
}


@pytest.mark.parametrize(
    ("constraint", "change"), [pytest.param(*case, id=case[0]) for case in APART.items()]
)
def test_what_belongs_together_is_held_by_the_database(
    version: RubricVersion, constraint: str, change: dict[str, Any]
) -> None:
    draft = draft_version(version, by=None, at=AT)  # a published one does not change at all
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        RubricVersion.objects.filter(pk=draft.pk).update(**change)


def test_parts_are_held_by_the_database(version: RubricVersion) -> None:
    version = draft_version(version, by=None, at=AT)
    group = {"version": version, "key": "use"}
    for constraint, row in {
        "group_has_a_limit": CriterionGroup(**group),
        "group_most_is_not_below_least": CriterionGroup(**group, most=-1, least=0),
        "band_begins_once_per_version": Band(version=version, at_least=0, name="Again"),
    }.items():
        Band.objects.get_or_create(version=version, at_least=0, name="Cold")
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            row.save()
    criteria = Criterion.objects.filter(version=version)
    for constraint, change in {
        "criterion_recency_whole": {"recency_hours": 48},
        "criterion_recency_factor_0_to_100": {"recency_hours": 48, "recency_factor": -1},
    }.items():
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            criteria.update(**change)
