"""The canonical text: nothing lost, one text for one rubric, told in comments."""

import json
import random
from typing import Any

import pytest
import yaml
from hypothesis import given, settings

from leads.models import Product, Source
from rubrics.documents import parse_document
from rubrics.files import parse_text, rubric_text, version_document, version_text
from rubrics.measures import SpecError
from rubrics.models import RubricVersion
from rubrics.presets import load_preset, preset_names
from rubrics.rows import whole_document
from rubrics.services import draft_version, load_rubric
from tests.depth import EXAMPLES
from tests.rubrics.makers import AT
from tests.rubrics.test_rows import whole_documents

SMALL: dict[str, Any] = {
    "rubric": "small",
    "thresholds": {"behavior": 9, "total": 70},
    "signals": {"in": {"name": "Logged in", "events": [{"event": "Logged In"}]}},
    "criteria": [
        {"key": "logins", "measure": "count", "signals": ["in"], "window": {"first": "7d"},
         "tiers": [{"at_least": 5, "points": 10}]},
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", preset_names())
def test_a_presets_text_is_stable(name: str) -> None:
    document = load_preset(name)
    text = rubric_text(document)
    again = parse_text(text)
    assert rubric_text(again.document) == text
    assert again.whole == whole_document(document)
    assert parse_document(again.document) == parse_document(document)


@settings(max_examples=EXAMPLES * 3, deadline=None)
@given(document=whole_documents())
def test_any_documents_text_is_stable(document: dict[str, Any]) -> None:
    text = rubric_text(document)
    again = parse_text(text)
    assert again.whole == whole_document(document)
    assert rubric_text(again.document) == text


def test_the_order_of_keys_does_not_matter() -> None:
    document = load_preset("freemium")
    assert rubric_text(shuffled(document, random.Random(7))) == rubric_text(document)


def shuffled(value: Any, dice: random.Random) -> Any:
    """The same, the keys of mappings in another order (named things keep theirs)."""
    if isinstance(value, list):
        return [shuffled(one, dice) for one in value]
    if not isinstance(value, dict):
        return value
    entries = [(key, shuffled(inner, dice)) for key, inner in value.items()]
    return dict(entries if "competitors" in value else dice.sample(entries, len(entries)))


def test_it_says_every_default_and_every_rule() -> None:
    assert rubric_text(SMALL, schema_url="https://x/schema/") == (
        "# yaml-language-server: $schema=https://x/schema/\n"
        "format: 1\n"
        "rubric: small\n"
        "name: small\n"
        "\n"
        "# Scores all people that no segment's rubric takes.\n"
        "\n"
        "# A PQL has a total of 70 or more, with a fit of 15 or more and a behavior of 9 or more.\n"
        "thresholds: {total: 70, fit: 15, behavior: 9}\n"
        "\n"
        "# Fit goes from 0 to 50, behavior from 0 to 100.\n"
        "limits: {fit: 50, behavior: 100, velocity_exceeds_cap: false}\n"
        "\n"
        "# Silence costs 10 points for each full 30 days, down to 5.\n"
        "decay: {mode: periods, points: 10, period: 30d, grace: 0d, floor: 5, silence: larger}\n"
        "\n"
        "lists: {}\n"
        "\n"
        "signals:\n"
        "  in:\n"
        "    name: Logged in\n"
        "    activity: true\n"
        "    events:\n"
        "    - {event: Logged In}\n"
        "\n"
        "criteria:\n"
        "  # “Logged in” 5 or more times in the first 7 days: +10.\n"
        "  - key: logins\n"
        "    axis: behavior\n"
        "    name: Logins\n"
        "    measure: count\n"
        "    signals: [in]\n"
        "    window: {first: 7d}\n"
        "    tiers:\n"
        "    - {at_least: 5, points: 10}\n"
    )


@pytest.mark.parametrize(
    "name",
    ["two\nlines", "\u2028- {key: forged}", "nul\x00", "# hash", "\ufeff", "emoji 🚀", "\x85"],
)
def test_no_name_breaks_out_of_its_comment(name: str) -> None:
    document = {**SMALL, "signals": {"in": {"name": name}}}
    found = yaml.safe_load(rubric_text(document))
    assert found["signals"]["in"]["name"] == name
    assert [entry["key"] for entry in found["criteria"]] == ["logins"]


@pytest.mark.django_db
def test_export_import_export_is_the_same_byte_for_byte() -> None:
    product = Product.objects.create(key="app", name="App")
    first = load_rubric(load_preset("freemium"), product=product, by=None, at=AT)
    text = version_text(reload(first))
    again = load_rubric(parse_text(text).document, product=product, by=None, at=AT)
    assert version_text(reload(again)) == text
    other = Product.objects.create(key="elsewhere", name="Elsewhere")
    document = {**parse_text(text).document, "rubric": "moved"}
    moved = version_text(reload(load_rubric(document, product=other, by=None, at=AT)))
    assert moved == text.replace("rubric: freemium\n", "rubric: moved\n")


@pytest.mark.django_db
def test_a_version_carries_its_events_and_their_source(product: Product) -> None:
    Source.objects.create(name="Website")
    events = [
        {"event": "Seen", "source": "Website", "value": "page", "session": "visit",
         "where": [{"property": "plan", "op": "missing"}]},
        {"kind": "page"},
    ]  # fmt: skip
    document = {**SMALL, "signals": {"in": {"name": "In", "events": events}}}
    version = reload(load_rubric(document, product=product, by=None, at=AT))
    told = version_document(version)["signals"]["in"]
    assert told == {"name": "In", "activity": True, "events": events}


@pytest.mark.django_db
def test_a_source_that_does_not_exist_is_refused(product: Product) -> None:
    events = [{"event": "Seen", "source": "Nowhere"}]
    document = {**SMALL, "signals": {"in": {"events": events}}}
    with pytest.raises(SpecError, match="there is no source 'Nowhere' here") as error:
        load_rubric(document, product=product, by=None, at=AT)
    assert error.value.where == "signals.in.events[1].source"


@pytest.mark.django_db
def test_a_drafts_text_is_that_of_its_version(version: RubricVersion) -> None:
    draft = draft_version(version, by=None, at=AT)
    note = "note: From version 1\n"
    assert version_text(reload(draft)).replace(note, "") == version_text(reload(version))


def reload(version: RubricVersion) -> RubricVersion:
    """As it comes from the database, where JSON keeps no order of keys."""
    found = RubricVersion.objects.select_related("rubric__product").get(pk=version.pk)
    assert json.dumps(found.activity_signals)
    return found
