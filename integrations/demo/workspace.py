"""Set up the demo: staff, product, rubric, ninety days of history, and what came of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Any

from django.db import connection, transaction
from django.db.models import F

from integrations.datasets.lead_writer import LeadWriter
from integrations.datasets.load import Load
from integrations.datasets.loader import load_events, load_leads, load_outcomes
from integrations.datasets.scoring import BATCH
from integrations.demo import PRODUCT_KEY, PRODUCT_NAME, SEED, SOURCE_NAME, words
from integrations.demo.credentials import (
    Credentials,
    NoCredentialsError,
    read_credentials,
    write_credentials,
)
from integrations.demo.history import DAYS, PEOPLE, make_past
from integrations.demo.replay import Replay
from integrations.demo.staff import hire, issue_token
from leads.keys import hash_write_key
from leads.models import Product, Signal, SignalMapping, Source
from leads.partitions import ensure_event_partitions
from leads.services import create_source, rotate_write_key
from routing.models import StateChange
from rubrics.mappers import compiled
from rubrics.models import RubricVersion
from rubrics.presets import load_preset
from rubrics.scores import score_due
from rubrics.services import load_rubric, publish_version

# The demo product's own event names, besides those the preset knows: signal -> (kind, name,
# conditions, value).
MAPPINGS: dict[str, tuple[str, str, list[dict[str, Any]], str]] = {
    "core_feature_used": ("track", "Dashboard Built", [], ""),
    "pricing_viewed": (
        "page",
        "Pricing",
        [{"property": "signed_in", "op": "equals", "value": True}],
        "",
    ),
    "pricing_viewed_anonymously": (
        "page",
        "Pricing",
        [{"property": "signed_in", "op": "equals", "value": False}],
        "",
    ),
    "data_exported": ("track", "Report Exported", [], "format"),
    "premium_downgraded": ("track", "Trial Downgraded", [], ""),
}


def is_loaded() -> bool:
    """Whether this database holds the demo."""
    return Source.objects.filter(name=SOURCE_NAME).exists()


@transaction.atomic
def load_demo(*, at: datetime, seed: int = SEED, count: int = PEOPLE) -> None:
    """Load the whole demo of ``count`` people as of ``at``, or nothing."""
    since = at - timedelta(days=DAYS + 5)
    ensure_event_partitions(since)
    ensure_event_partitions(at)
    product, _ = Product.objects.get_or_create(key=PRODUCT_KEY, defaults={"name": PRODUCT_NAME})
    source, write_key = create_source(name=SOURCE_NAME, product=product, is_synthetic=True)
    signins = hire()
    version = _publish(product, at=since)
    load = Load(source, product, at, as_it_happened=True)
    past = make_past(seed, at=at, count=count)
    writer = LeadWriter(load)
    load_leads(past.leads, writer)
    load_events(past.events, writer.ids, load)
    load_outcomes(past.outcomes, writer.ids, load)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # or the planner takes the tables for empty, 400 times over
    replay = Replay(compiled(version.pk), past, writer.ids, Random(seed))  # noqa: S311 - a demo
    replay.run(since=since, until=at)
    while score_due(at=at, limit=BATCH):
        pass
    # Alerts are for what happens from now on.
    StateChange.objects.unannounced().update(announced_at=F("at"))
    write_credentials(Credentials(signins, issue_token(), write_key))


@transaction.atomic
def renew_credentials(*, at: datetime, source_name: str = SOURCE_NAME) -> None:
    """Give everybody new passwords and keys where the file with them is gone."""
    source = Source.objects.get(name=source_name)
    write_key = rotate_write_key(source, at=at, overlap=timedelta(0))
    write_credentials(Credentials(hire(), issue_token(), write_key))


def has_credentials(source_name: str = SOURCE_NAME) -> bool:
    """Whether the file with the passwords is there, and of this database's demo."""
    try:
        key_hash = hash_write_key(read_credentials().write_key)
    except NoCredentialsError:
        return False
    return Source.objects.filter(name=source_name, key_hash=key_hash).exists()


def _publish(product: Product, *, at: datetime) -> RubricVersion:
    document = load_preset("standard")
    document["product_name"] = PRODUCT_NAME
    lists = document["lists"]
    lists["competitors"] = [*lists["competitors"], *words.COMPETITORS]
    lists["personal"] = [*lists["personal"], words.FREE_MAIL]
    lists["academic"] = [*lists["academic"], *words.UNIVERSITIES]
    version = load_rubric(document, product=product, by=None, at=at)
    signals = {signal.key: signal for signal in Signal.objects.filter(product=product)}
    SignalMapping.objects.bulk_create(
        SignalMapping(
            signal=signals[key],
            kind=kind,
            event_name=name,
            conditions=conditions,
            value_property=value,
            position=10,
        )
        for key, (kind, name, conditions, value) in MAPPINGS.items()
    )
    return publish_version(version, by=None, at=at)
