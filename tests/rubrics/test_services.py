"""The life of a version: loaded, drafted, published, retired."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from leads.models import AuditEntry, LeadChange, Product, Signal
from rubrics.documents import parse_document
from rubrics.errors import VersionNotEditable, VersionNotPublishable
from rubrics.measures import SpecError
from rubrics.models import Rubric, RubricVersion
from rubrics.presets import load_preset
from rubrics.publishing import publish_now
from rubrics.rows import document_of
from rubrics.services import delete_draft, draft_preset, draft_version, load_rubric
from tests.rubrics.makers import AT, make_lead

pytestmark = pytest.mark.django_db
DOCUMENT: dict[str, Any] = {
    "rubric": "small",
    "signals": {
        "used": {"name": "Used it", "events": [{"event": "Used", "value": "what"}]},
        "left": {"activity": False},
    },
    "criteria": [
        {"key": "used", "measure": "count", "signals": ["used"], "tiers": [{"points": 5}]},
    ],
}  # fmt: skip


def load(product: Product, **changes: Any) -> RubricVersion:
    return load_rubric({**DOCUMENT, **changes}, product=product, by=None, at=AT)


def test_load_rubric_makes_a_draft_with_its_signals(product: Product) -> None:
    user = User.objects.create(username="rita")
    version = load_rubric(DOCUMENT, product=product, by=user, at=AT)
    assert (version.status, version.number, version.created_by) == ("draft", 1, user)
    assert version.activity_signals == ["used"]
    used, left = Signal.objects.order_by("-key")
    assert (used.name, left.name, left.is_activity) == ("Used it", "Left", False)
    mapping = used.mappings.get()
    assert (mapping.event_name, mapping.value_property) == ("Used", "what")


def test_load_rubric_leaves_existing_signals_alone(product: Product) -> None:
    load(product)
    Signal.objects.filter(key="used").update(name="Ours")
    Signal.objects.get(key="used").mappings.all().delete()
    second = load(product)
    assert second.number == 2
    assert Signal.objects.get(key="used").name == "Ours"
    assert not Signal.objects.get(key="used").mappings.exists()


def test_load_rubric_writes_nothing_of_a_bad_document(product: Product) -> None:
    with pytest.raises(SpecError, match=r"decay\.period"):
        load(product, decay={"period": "0d"})
    with pytest.raises(SpecError, match="whole number of days"), transaction.atomic():
        load(product, decay={"period": "36h"})
    assert not Rubric.objects.exists()
    assert not Signal.objects.exists()


def test_same_rubric_of_another_product_has_its_own_key(product: Product) -> None:
    load(product)
    other = Product.objects.create(key="other", name="Other")
    assert load(other).rubric.key == "small-other"
    assert load(other).number == 2


def test_publish_retires_the_version_before(product: Product) -> None:
    user = User.objects.create(username="rita")
    first, second = load(product), load(product)
    publish_now(first, by=None, at=AT)
    published = publish_now(second, by=user, at=AT)
    first.refresh_from_db()
    assert (first.status, published.status) == ("retired", "published")
    assert (published.published_at, published.published_by) == (AT, user)
    assert RubricVersion.objects.published().get() == second
    assert not RubricVersion.objects.editable().exists()


def test_publish_asks_for_every_lead_of_the_product(product: Product) -> None:
    leads = [make_lead(product).pk for _ in range(3)]
    make_lead(Product.objects.create(key="other", name="Other"))
    LeadChange.objects.create(lead_id=leads[0], changed_at=AT, attempts=8)
    publish_now(load(product), by=None, at=AT)
    changes = LeadChange.objects.order_by("lead_id").values_list(
        "lead_id", "generation", "attempts"
    )
    assert list(changes) == [(leads[0], 2, 0), (leads[1], 1, 0), (leads[2], 1, 0)]


@pytest.mark.parametrize(
    ("status", "words"),
    [
        ("publishing", "is going live already"),
        ("published", "is published already"),
        ("retired", "is retired; make a new draft of it, or roll back to it"),
    ],
)
def test_only_drafts_are_published(product: Product, status: str, words: str) -> None:
    version = load(product)
    for state in ("publishing", status):
        RubricVersion.objects.filter(pk=version.pk).update(status=state, published_at=AT)
    with pytest.raises(VersionNotPublishable, match=words):
        publish_now(version, by=None, at=AT)


def test_version_that_cannot_be_scored_is_not_published(product: Product) -> None:
    first, second = load(product), load(product)
    publish_now(first, by=None, at=AT)
    second.criteria.update(params={"signals": ["gone"]})
    with pytest.raises(VersionNotPublishable, match="no signal gone; add it first"):
        publish_now(second, by=None, at=AT)
    second.criteria.update(params={})
    with pytest.raises(VersionNotPublishable, match="name one or more signals"):
        publish_now(second, by=None, at=AT)
    assert RubricVersion.objects.published().get() == first


def test_one_published_version_is_held_by_the_database(product: Product) -> None:
    first, second = load(product), load(product)
    publish_now(first, by=None, at=AT)
    with pytest.raises(IntegrityError, match="one_published_version"), transaction.atomic():
        RubricVersion.objects.filter(pk=second.pk).update(status="published", published_at=AT)


def test_draft_version_has_everything(product: Product) -> None:
    first = load_rubric(load_preset("standard"), product=product, by=None, at=AT)
    published = publish_now(first, by=None, at=AT)
    draft = draft_version(published, by=None, at=AT)
    assert (draft.number, draft.is_editable, draft.note) == (2, True, "From version 1")
    draft.refresh_from_db()
    assert parse_document(document_of(draft)) == parse_document(load_preset("standard"))


def test_what_becomes_of_drafts_is_on_record(version: RubricVersion) -> None:
    draft = draft_version(version, by=None, at=AT)
    second = draft_preset(version.rubric, "minimal-tracking", by=None, at=AT)
    draft_id = draft.pk
    delete_draft(draft, by=None, at=AT)
    entries = AuditEntry.objects.filter(action__in=("drafted", "deleted")).order_by("pk")
    assert list(entries.values_list("action", "about_id", "reason")) == [
        ("drafted", draft_id, "From version 1"),
        ("drafted", second.pk, "From the preset minimal-tracking"),
        ("deleted", draft_id, ""),
    ]
    kept = entries[2].before
    assert kept is not None
    assert kept["criteria"][0]["key"] == "used"


def test_what_scores_is_not_deleted(version: RubricVersion) -> None:
    with pytest.raises(VersionNotEditable, match="small v1 is published: it stays"):
        delete_draft(version, by=None, at=AT)
