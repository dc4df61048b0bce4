"""Events that presets and mappings ask for, against those that come."""

import pytest

from leads.models import Product, Signal, SignalMapping, Source
from rubrics.expected import expected_events, preset_events
from tests.factories.leads import LeadFactory
from tests.leads.catalogue.events import count_all, store

pytestmark = pytest.mark.django_db


def test_presets_name_their_events() -> None:
    presets = preset_events()
    assert "standard" in presets["track", "Teammate Invited"]
    assert len(presets) > 20


def test_what_comes_what_does_not_and_what_looks_alike() -> None:
    product = Product.objects.create(key="app", name="App")
    source = Source.objects.create(name="Website", product=product)
    lead = LeadFactory.create()
    store(source, lead, "team_mate_invited", times=3)
    store(source, lead, "Data Exported", times=2)
    store(source, lead, "Our Own")
    count_all()
    signal = Signal.objects.create(product=product, key="s", name="Ours")
    for name in ("Our Own", "Our Other", "Our Other"):
        SignalMapping.objects.create(signal=signal, event_name=name)
    rows = {row.name: row for row in expected_events()}
    assert rows["Teammate Invited"].state == "Never seen, look-alike"
    assert rows["Teammate Invited"].looks_like == "team_mate_invited"
    assert (rows["Data Exported"].state, rows["Data Exported"].received) == ("Comes, not mapped", 2)
    assert (rows["Our Own"].state, rows["Our Own"].presets) == ("Comes", ())
    assert (rows["Our Other"].state, rows["Our Other"].signals) == ("Never seen", ("Ours",))
    assert "team_mate_invited" not in rows  # nobody asks for it
    assert next(iter(expected_events())).name == "Our Other"
