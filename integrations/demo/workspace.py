"""Set up the demo: staff, products, rubrics, ninety days of history, and what came of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta
from random import Random

from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.db.models import F

from integrations.datasets.lead_writer import LeadWriter
from integrations.datasets.load import Load
from integrations.datasets.loader import load_events, load_leads, load_outcomes
from integrations.datasets.scoring import BATCH
from integrations.demo import (
    KIT_KEY,
    KIT_NAME,
    KIT_SOURCE_NAME,
    PRODUCT_KEY,
    PRODUCT_NAME,
    SEED,
    SOURCE_NAME,
)
from integrations.demo.alerts import fill_inboxes
from integrations.demo.arrangements import arrange
from integrations.demo.credentials import (
    Credentials,
    NoCredentialsError,
    read_credentials,
    write_credentials,
)
from integrations.demo.golden import keep_golden_leads
from integrations.demo.history import PEOPLE, Past, make_past
from integrations.demo.kit import make_kit_past
from integrations.demo.moments import DAYS
from integrations.demo.replay import Replay
from integrations.demo.rubrics import publish_kit_rubric, publish_rubrics
from integrations.demo.staff import MANAGER, hire, issue_token
from integrations.demo.trials import (
    PILOT_BEGAN,
    REVIEW_BEGAN,
    say_verdicts,
    start_pilot,
    start_review,
)
from integrations.models import Destination, DestinationKind
from leads.attributes import Statement, write_statements
from leads.keys import hash_write_key
from leads.merging import TRIAL_ENDS, settle_trial_ends
from leads.models import Account, Product, Source
from leads.partitions import ensure_event_partitions
from leads.services import create_source, rotate_write_key
from routing.models import StateChange
from routing.plays import turn_on
from routing.plays.examples import make_example
from rubrics.mappers import compiled
from rubrics.scores import score_due

TRIAL = timedelta(days=30)
# Of the examples, those that are on.
PLAYS = ("hot-handoff", "trial-ending")


def is_loaded() -> bool:
    """Whether this database holds the demo."""
    return Source.objects.filter(name=SOURCE_NAME).exists()


@transaction.atomic
def load_demo(*, at: datetime, seed: int = SEED, count: int = PEOPLE) -> None:
    """Load the whole demo of ``count`` people and some more as of ``at``, or nothing."""
    since = at - timedelta(days=DAYS + 5)
    ensure_event_partitions(since)
    ensure_event_partitions(at)
    product, source, write_key = _add_product(PRODUCT_KEY, PRODUCT_NAME, SOURCE_NAME)
    kit, kit_source, kit_write_key = _add_product(KIT_KEY, KIT_NAME, KIT_SOURCE_NAME)
    signins = hire()
    name_destinations()
    of_leads, of_accounts = publish_rubrics(product, at=since)
    publish_kit_rubric(kit, kit_source, at=since)
    manager = get_user_model().objects.get(username=MANAGER)
    keep_golden_leads(of_leads.rubric, by=manager, at=since)
    past = make_past(seed, at=at, count=count)
    ids = _write(past, Load(source, product, at, as_it_happened=True))
    _tell(past, ids, product)
    kit_past = make_kit_past(seed, past, at=at, count=count)
    kit_ids = _write(kit_past, Load(kit_source, kit, at, as_it_happened=True))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # or the planner takes the tables for empty, 400 times over
    replay = Replay(
        {product.pk: past, kit.pk: kit_past},
        compiled(of_accounts.pk),
        ids | kit_ids,
        Random(seed),  # noqa: S311 - a demo
        happenings=[
            (at - PILOT_BEGAN, lambda moment: start_pilot(product, at=moment)),
            (at - REVIEW_BEGAN, lambda _: start_review(product)),
        ],
    )
    replay.run(since=since, until=at)
    while score_due(at=at, limit=BATCH):
        pass
    say_verdicts(Random(seed), at=at)  # noqa: S311 - a demo
    arrange(at=at)
    fill_inboxes(at=at)
    StateChange.objects.not_handed_on().update(handed_on_at=F("at"))
    for key in PLAYS:
        turn_on(make_example(key, by=None, at=at, product=product), by=None, at=at)
    write_credentials(Credentials(signins, issue_token(), write_key, kit_write_key))


def _add_product(key: str, name: str, source_name: str) -> tuple[Product, Source, str]:
    """A product of the demo, what sends its events, and the write key of that."""
    product, _ = Product.objects.get_or_create(key=key, defaults={"name": name})
    source, write_key = create_source(name=source_name, product=product, is_synthetic=True)
    return product, source, write_key


def _write(past: Past, load: Load) -> dict[str, int]:
    """Write what happened; return which lead is whose ``external_id``."""
    writer = LeadWriter(load)
    load_leads(past.leads, writer)
    load_events(past.events, writer.ids, load)
    load_outcomes(past.outcomes, writer.ids, load)
    return writer.ids


@transaction.atomic
def renew_credentials(*, at: datetime, source_name: str = SOURCE_NAME) -> None:
    """Give everybody new passwords and keys where the file with them is gone."""
    names = [source_name, KIT_SOURCE_NAME] if source_name == SOURCE_NAME else [source_name]
    sources = {source.name: source for source in Source.objects.filter(name__in=names)}
    no_overlap = timedelta(0)
    keys = [
        rotate_write_key(sources[name], at=at, overlap=no_overlap)
        for name in names
        if name in sources
    ]
    write_credentials(Credentials(hire(), issue_token(), *keys))


def has_credentials(source_name: str = SOURCE_NAME) -> bool:
    """Whether the file with the passwords is there, and of this database's demo."""
    try:
        key_hash = hash_write_key(read_credentials().write_key)
    except NoCredentialsError:
        return False
    return Source.objects.filter(name=source_name, key_hash=key_hash).exists()


def name_destinations() -> None:
    """Where alerts could go: off, for the demo has neither a Slack app nor a mail server."""
    for kind in (DestinationKind.SLACK, DestinationKind.EMAIL):
        Destination.objects.get_or_create(
            key=kind.value,
            defaults={
                "name": str(kind.label),
                "kind": kind,
                "is_on": False,
                "secret_name": "SLACK_BOT_TOKEN" if kind == DestinationKind.SLACK else "",
            },
        )


def _tell(past: Past, ids: Mapping[str, int], product: Product) -> None:
    """Write what is told besides sign-ups: news of the companies, and when trials end.

    Companies have a trial, people on their own the free plan. Nobody else sees these rows yet, so
    nothing is locked.
    """
    accounts = dict(
        Account.objects.filter(external_id__in={one.company for one in past.news}).values_list(
            "external_id", "pk"
        )
    )
    news: dict[int, dict[str, list[Statement]]] = defaultdict(lambda: defaultdict(list))
    for one in past.news:
        news[accounts[one.company]][one.name].append((one.at, one.value))
    write_statements("account", news)
    ends = f"{TRIAL_ENDS}{product.pk}"
    trials = {
        ids[row.external_id]: {ends: [(row.created_at, (row.created_at + TRIAL).isoformat())]}
        for row in past.leads
        if row.account
    }
    write_statements("lead", trials)
    settle_trial_ends(sorted(trials))
