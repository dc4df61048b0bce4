"""A workspace with something of everything, so that no page is looked at empty."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import Model
from django.urls import reverse
from django.utils import timezone

from leads.models import Account, AccountChange, Event, Product, Signal
from routing.alerts import raise_alert
from routing.models import Qualification
from routing.models.alert import Severity
from rubrics.mappers import compiled
from rubrics.measures.subjects import AccountIds
from rubrics.models import Backtest, Preview, RubricVersion
from rubrics.previews import preview_some, start_preview
from rubrics.publishing import publish_now
from rubrics.rows import document_of
from rubrics.scores import score_by, score_due
from rubrics.services import draft_version, load_rubric
from tests.admin.test_admin_guide import finished as answer_guide
from tests.admin.test_admin_pages import fill
from tests.browser.stops import of_admin, of_people
from tests.browser.walk import Stop
from tests.factories.rubrics import ScoreChangeFactory
from tests.permissions.askers import Setting, make_setting
from tests.rubrics.backtests.pure import DOCUMENT as PURE
from tests.rubrics.backtests.pure import SIGNALS, made_up, report_of
from tests.rubrics.editing.conftest import DOCUMENT
from tests.rubrics.makers import AT, make_hits, make_lead
from tests.rubrics.previews.previewed import make_draft
from tests.rubrics.scored import mark, publish_small
from tests.rubrics.test_account_scores import publish_for_accounts


@dataclass(frozen=True)
class Dense:
    """The people in it, and every address outside the admin that one of them can go to."""

    setting: Setting
    stops: list[Stop]


@contextmanager
def dense() -> Iterator[Dense]:
    """Write the workspace; take away the groups, which would outlive a test."""
    groups = set(Group.objects.values_list("pk", flat=True))
    try:
        setting = make_setting()
        stops = list(of_people(setting))
        _live_a_little(setting)
        yield Dense(setting, stops)
    finally:
        Group.objects.exclude(pk__in=groups).delete()


def _live_a_little(setting: Setting) -> None:
    """The rep's lead has alerts of every severity, an event, and histories to draw."""
    world, now = setting.world, timezone.now()
    pql = world.pqls[0]
    for severity in Severity:
        raise_alert(
            key=f"seen:{severity}", kind="play", severity=severity, user=world.rep.user,
            lead=pql.lead, qualification=pql, at=now, message="The limit was hit.",
        )  # fmt: skip
    Event.objects.create(
        lead=pql.lead, source=world.source, kind="track", name="Pricing Viewed", message_id="1",
        occurred_at=now, received_at=now, properties={"plan": "Team"},
    )  # fmt: skip
    for days in (9, 6, 2):
        at = now - timedelta(days=days)
        ScoreChangeFactory.create(score=world.scores[0], at=at, routed_at=now)
    _score_account(pql, now)


def _score_account(pql: Qualification, now: datetime) -> None:
    """The account has a band, a tier, a history of its own, and lines that count."""
    bands = [{"at_least": 0, "name": "Cold"}, {"at_least": 10, "name": "Warm", "meaning": "Write"}]
    version = publish_for_accounts(pql.product, bands=bands, matrix={"fit": 5, "behavior": 10})
    make_hits(pql.product, pql.lead_id, [("used", now - timedelta(days=days)) for days in (4, 3)])
    account = Account.objects.get(leads=pql.lead)
    for days in (4, 3, 0):
        at = now - timedelta(days=days)
        assert score_by(compiled(version.pk), AccountIds([account.pk], at)) == [account.pk]


def fill_admin(setting: Setting) -> list[Stop]:
    """Write rows of every model; return the admin's addresses.

    Its pages are of the newest of each model; further ones are of what looks otherwise.
    """
    fill(setting.world, 10, 12)
    Signal.objects.create(product=setting.world.product, key="unused", name="Unused")
    preview = _make_previews()
    _make_backtest()
    retired, live = _make_versions()
    answer_guide(Product.objects.create(key="guided", name="Guided"))
    lead = setting.world.pqls[0].lead  # changed since all were scored
    mark(lead)
    AccountChange.objects.get_or_create(account=lead.account, defaults={"changed_at": AT})
    keys = {f"{m._meta.app_label}_{m._meta.model_name}": _newest(m) for m in admin.site._registry}
    own = {"admin:rubrics_rubricversion_roll_back": retired.pk}
    further = [Stop(_page(one), "root") for one in (preview, retired, live)]
    return [*of_admin(keys, own), *further]


def _newest(model: type[Model]) -> Any:
    return model._default_manager.order_by("-pk").values_list("pk", flat=True).first()


def _page(row: Model) -> str:
    return reverse(f"admin:rubrics_{row._meta.model_name}_change", args=[row.pk])


def _make_previews() -> Preview:
    """A finished one, of a draft that lets a lead in and another out; then one that runs."""
    now = timezone.now()
    product = Product.objects.create(key="previewed", name="Previewed")
    publish_small(product)
    entering = make_lead(
        product, started_at=now, account={"country": "DE"}, hits=[("used", now), ("recent", now)]
    )
    leaving = make_lead(product, started_at=now, hits=[("used", now)] * 2)
    mark(entering, leaving)
    while score_due(at=now):
        pass
    draft = make_draft(product)
    done = start_preview(draft, at=now)
    while preview_some(at=now, seconds=60):
        pass
    start_preview(draft, at=now)
    done.refresh_from_db()
    return done


def _make_backtest() -> None:
    """With results that propose something."""
    product = Product.objects.create(key="past", name="Past")
    version = load_rubric(PURE, product=product, by=None, at=AT)
    Backtest.objects.create(
        version=version, document=document_of(version), started_at=AT, finished_at=AT,
        state="done", since=AT - timedelta(days=60), until=AT, known_until=AT, kinds=["converted"],
        results=report_of(made_up(3, 400, {SIGNALS[0]: 0.3})),
    )  # fmt: skip


def _make_versions() -> tuple[RubricVersion, RubricVersion]:
    """One retired, one live, and a draft after them."""
    product = Product.objects.create(key="edited", name="Edited")
    first = publish_now(load_rubric(DOCUMENT, product=product, by=None, at=AT), by=None, at=AT)
    live = publish_now(draft_version(first, by=None, at=AT), by=None, at=AT)
    draft_version(live, by=None, at=AT)
    return first, live
