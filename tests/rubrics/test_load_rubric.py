"""`manage.py load_rubric`: presets and files become versions."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from leads.models import Product, Signal
from rubrics.models import Rubric, RubricVersion

pytestmark = pytest.mark.django_db
FILE = """
rubric: own
name: Ours
signals: {used: {events: [{event: Used}]}}
criteria: [{key: used, measure: count, signals: [used], tiers: [{points: 5}]}]
"""


def load(rubric: str, **options: Any) -> list[str]:
    out = StringIO()
    call_command("load_rubric", rubric, stdout=out, **({"product": "app"} | options))
    return out.getvalue().splitlines()


def test_preset_becomes_a_draft_with_its_signals(product: Product) -> None:
    first, second = load("early-stage")
    assert first == "Early stage v1: draft"
    assert second.startswith("6 new signals count events from now on")
    assert RubricVersion.objects.editable().get().rubric.product == product


def test_file_is_published(product: Product, tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(FILE)
    assert load(str(path), publish=True)[0] == "Ours v1: published"
    assert load(str(path), publish=True) == ["Ours v2: published"]
    assert RubricVersion.objects.published().get().number == 2


def test_preset_goes_on_with_a_rubric_of_the_product(product: Product, tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(FILE)
    load(str(path), publish=True)
    assert load("early-stage", into="own", publish=True)[0] == "Ours v2: published"
    assert Rubric.objects.get().name == "Ours"


@pytest.mark.parametrize(
    ("rubric", "options", "message"),
    [
        ("nonesuch", {}, "rubric: no preset 'nonesuch'; there are analytics-tool,"),
        ("absent.yaml", {}, "absent.yaml: cannot be read"),
        ("standard", {"product": "x"}, "No product 'x'; there are: app"),
        ("standard", {"into": "x"}, "App has no rubric 'x'; there are: none"),
    ],
)
def test_bad_input_names_what_there_is(
    product: Product, rubric: str, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(CommandError, match=message):
        load(rubric, **options)
    assert not Signal.objects.exists()
