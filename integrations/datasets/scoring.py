"""Publish the rubric that goes with a data set, and bring every score up to date."""

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import connection

from integrations.datasets.load import Load
from leads.models import Event, Hit, LeadChange, Product, Signal
from leads.remapping import remap_now, start_remap
from rubrics.files import RubricFile
from rubrics.importing import check_keys
from rubrics.models import Rubric, RubricVersion
from rubrics.publishing import publish_now
from rubrics.scores import score_due
from rubrics.services import load_rubric, rubric_key

BATCH = 4_000


def publish_document(
    document: Mapping[str, Any], *, product: Product, at: datetime
) -> tuple[RubricVersion, bool]:
    """Publish the document for the product; say whether that was new.

    A version remembers the document it was made of, so that loading it again changes nothing.

    Raises:
        SpecError: the rubric is wrong, or gives a criterion's key to one of another kind.
    """
    mark = f"Loaded from a file ({_fingerprint(document)})"
    published = RubricVersion.objects.published().filter(rubric__product=product, note=mark)
    version = published.first()
    if version is not None:
        return version, False
    key = rubric_key(document, product)
    if rubric := Rubric.objects.filter(key=key, product=product).first():
        check_keys(RubricFile.of(dict(document)), rubric)
    draft = load_rubric({**document, "note": mark}, product=product, by=None, at=at)
    return publish_now(draft, by=None, at=at), True


def map_earlier_events(load: Load, signals_before: set[int]) -> int:
    """Find the hits of signals made just now among events loaded before; return how many."""
    new = signal_ids(load.product) - signals_before
    if not new or not Event.objects.filter(source=load.source).exists():
        return 0
    return remap_now(start_remap(signal_ids=new, at=load.at), at=load.at).added


def signal_ids(product: Product) -> set[int]:
    """The product's signals, to tell later which are new."""
    return set(Signal.objects.filter(product=product).values_list("pk", flat=True))


def score_changed(*, at: datetime, progress: Callable[[int, int], None]) -> int:
    """Score every lead that is marked as changed; return how many were scored."""
    done = 0
    waiting = LeadChange.objects.open(at).count()
    while scored := score_due(at=at, limit=BATCH):
        done += scored
        progress(done, max(waiting, done))
    return done


def tidy_tables() -> None:
    """Make index-only scans of the hits possible at once, not when autovacuum comes by."""
    with connection.cursor() as cursor:
        cursor.execute(f"VACUUM (ANALYZE) {Hit._meta.db_table}")
        cursor.execute("ANALYZE")


def _fingerprint(document: Mapping[str, Any]) -> str:
    text = json.dumps(document, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:12]
