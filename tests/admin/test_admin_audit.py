"""The audit log in the admin: found, read in words, taken away as CSV, and never changed."""

import csv
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from leads import audit
from leads.models import AuditEntry, Product, Signal
from rubrics.admin.audit_words import change_words, entry_words, path_words
from rubrics.models import Rubric, RubricVersion
from tests.admin.forms import version_url
from tests.rubrics.golden.cases import QUIET, keep
from tests.rubrics.makers import AT
from tests.rubrics.scored import publish_small
from tests.world import make_person

pytestmark = pytest.mark.django_db
LIST = "admin:leads_auditentry_changelist"


@pytest.fixture
def version(db: None) -> RubricVersion:
    product = Product.objects.create(key="app", name="App")
    Signal.objects.create(product=product, key="x", name="X")
    return publish_small(product)


def change(about: Any, field: str, before: Any, after: Any, **more: Any) -> AuditEntry:
    values = {"action": "edited", "by": None, "at": AT, **more}
    audit.record(about=about, changes=[(field, before, after)], **values)
    return AuditEntry.objects.latest("pk")


def found(client: Client, **query: Any) -> list[str]:
    """The fields of the entries that are shown, but for those of publishing."""
    rows = client.get(reverse(LIST), query).context["cl"].result_list
    return [row.field for row in rows if row.action != "published"]


TIERS = [{"at_least": 2, "points": 10}, {"at_least": 5, "points": 15, "label": "Many"}]
CRITERION = {
    "key": "used", "axis": "behavior", "name": "Used it", "measure": "count",
    "signals": ["used"], "tiers": [{"at_least": 2, "points": 10}],
}  # fmt: skip


@pytest.mark.parametrize(
    ("path", "before", "after", "words"),
    [
        ("thresholds.total", 80, 75, "Thresholds, total: 80 → 75"),
        ("lists.tools", None, [], "Lists, tools: empty"),
        (
            "mappings.35.conditions",
            [{"property": "widgets", "op": "at_least", "value": 10}],
            [{"property": "role", "op": "present"}],
            "Mappings, 35, conditions: widgets is at least 10 → role is there",
        ),
        (
            "mappings",
            None,
            {"key": "3", "kind": "track", "event": "Paid", "source": "Website", "session": "visit",
             "conditions": [{"property": "plan", "op": "equals", "value": "pro"}], "value": ""},
            "Mappings: track “Paid” from Website, if plan is pro, session visit",
        ),
        ("mappings", {"kind": "page", "event": ""}, None, "Mappings: page, taken away"),
        (
            "criteria.invites.tiers",
            TIERS[:1],
            TIERS,
            "Invites, tiers: 2 or more: +10 → 2 or more: +10; 5 or more: +15",
        ),
        ("criteria.used.per_unit.points", 1, -1, "Used, per unit, points: 1 → -1"),
        ("criteria.used", None, CRITERION, "Used: “used” 2 or more times: +10"),
        ("criteria.used", CRITERION, None, "Used: “used” 2 or more times: +10, taken away"),
        ("criteria.x", None, {"key": "x", "measure": "count", "tiers": 7}, "X: x"),
        ("lists.rivals", ["a", "b"], ["b", "c"], "Lists, rivals: added c, removed a"),
        ("order", ["a", "b"], ["b", "a"], "Order: in another order"),
        ("is_active", True, False, "Is active: yes → no"),
        ("decay.percent", 12.5, None, "Decay, percent: 12.5, taken away"),
        ("note", "", "Spring", "Note: nothing → Spring"),
        ("facts", None, {"hits": [{"signal": "used", "ago": "1d"}]}, "Facts: hits used 1d ago"),
        ("lists.long", [], [str(n) for n in range(12)],
         "Lists, long: added 0; 1; 2; 3; 4; 5; 6; 7; and 4 more"),
        ("note", "x", "y" * 900, f"Note: x → {'y' * 239}…"),
        ("", None, None, ""),
    ],
)  # fmt: skip
def test_changes_in_words(path: str, before: Any, after: Any, words: str) -> None:
    assert change_words(path, before, after) == words


def test_an_entry_in_words(version: RubricVersion) -> None:
    entry = change(version, "thresholds.total", 80, 75)
    assert entry_words(entry) == "small v1, Thresholds, total: 80 → 75"
    assert entry_words(change(version, "", None, None, action="published")) == "small v1: published"
    assert path_words("criteria") == "Criteria"
    keep(version.rubric, expect={"pql": False, "total_at_most": 79}, facts=QUIET)
    assert entry_words(AuditEntry.objects.latest("pk")) == (
        "Busy VP: added. Must never be a PQL, total 79 or less"
    )


def test_newest_come_first_and_are_never_counted(
    client: Client, version: RubricVersion, django_assert_num_queries: Any
) -> None:
    change(version, "first", 1, 2)
    change(version, "second", 1, 2, at=AT + timedelta(minutes=1))
    change(version, "third", 1, 2, at=AT + timedelta(minutes=1))
    with django_assert_num_queries(8) as queries:  # two of them the session and the person
        assert found(client) == ["third", "second", "first"]
    assert not any("count(" in query["sql"].lower() for query in queries.captured_queries)


@pytest.mark.filterwarnings("error:DateTimeField AuditEntry.at received a naive datetime")
def test_filters(client: Client, version: RubricVersion) -> None:
    mara = User.objects.create(username="mara")
    other = Rubric.objects.create(product=version.rubric.product, key="other", name="Other")
    change(version, "of version", 1, 2, by=mara, reason="Too many")
    change(version.rubric, "of rubric", 1, 2)
    change(other, "of other", 1, 2, action="added", at=AT + timedelta(days=3))
    keep(version.rubric)
    assert found(client, by__id__exact=mara.pk) == ["of version"]
    assert found(client, action="added", about="rubrics.rubric") == ["of other"]
    of_rubric = found(client, rubric=version.rubric_id)
    assert set(of_rubric) == {"of version", "of rubric", ""}
    assert found(client, about="rubrics.goldenlead") == [""]
    assert found(client, q="too many") == ["of version"]
    day = (AT + timedelta(days=2)).date().isoformat()
    assert found(client, at_from_0=day, at_from_1="00:00:00") == ["of other"]
    assert len(found(client, at_from_0="2026-02-30", at_from_1="00:00:00")) == len(found(client))
    assert found(client, thing=f"rubrics.rubricversion:{version.pk}") == ["of version"]
    everything = AuditEntry.objects.exclude(action="published").count()
    assert len(found(client, thing="nonsense", rubric="x")) == everything


def test_what_is_gone_is_found_by_what_it_was_part_of(
    client: Client, version: RubricVersion
) -> None:
    draft = RubricVersion.objects.create(rubric=version.rubric, number=2)
    entry = change(draft, "gone", 1, 2)
    draft.delete()
    assert "gone" in found(client, thing=f"rubrics.rubric:{version.rubric_id}")
    page = client.get(reverse("admin:leads_auditentry_change", args=[entry.pk]))
    assert "small v2 (gone)" in page.content.decode()


def test_pages_of_what_changes_lead_to_their_history(
    client: Client, version: RubricVersion
) -> None:
    golden_lead = keep(version.rubric)
    for url, thing in (
        (version_url(version, "history"), f"rubrics.rubricversion:{version.pk}"),
        (
            reverse("admin:rubrics_rubric_history", args=[version.rubric_id]),
            f"rubrics.rubric:{version.rubric_id}",
        ),
        (
            reverse("admin:rubrics_goldenlead_history", args=[golden_lead.pk]),
            f"rubrics.goldenlead:{golden_lead.pk}",
        ),
    ):
        response = client.get(url)
        assert response["Location"] == f"{reverse(LIST)}?thing={thing}"


def test_an_entry_leads_to_what_it_is_about(client: Client, version: RubricVersion) -> None:
    entry = change(version, "note", "<b>", "=1+1")
    page = client.get(reverse("admin:leads_auditentry_change", args=[entry.pk])).content.decode()
    assert version_url(version) in page
    assert "&lt;b&gt;" in page
    product = version.rubric.product
    signal = change(product.signals.get(key="x"), "", None, None)
    about_signal = client.get(reverse("admin:leads_auditentry_change", args=[signal.pk]))
    assert "/admin/leads/signal/" in about_signal.content.decode()


def test_the_list_is_taken_away_as_csv(client: Client, version: RubricVersion) -> None:
    change(version, "note", "a", "=1+1", reason="@home")
    change(version, "thresholds.total", 80, -75)
    export = reverse("admin:leads_auditentry_export")
    assert (
        f"{export}?action=edited"
        in client.get(reverse(LIST), {"action": "edited"}).content.decode()
    )
    response = client.get(export, {"action": "edited"})
    text = response.getvalue().decode().removeprefix("\ufeff")
    head, *rows = csv.reader(StringIO(text, newline=""))
    assert head[:3] == ["When (UTC)", "Who", "Action"]
    assert [row[5:9] for row in rows] == [
        ["thresholds.total", "80", "-75", ""],
        ["note", "a", "'=1+1", "'@home"],
    ]
    assert rows[0][0] == "2026-03-31 12:00:00"


def test_only_who_may_see_it_takes_it_away(version: RubricVersion) -> None:
    client = Client()
    client.force_login(make_person("vera", staff=True))
    assert client.get(reverse("admin:leads_auditentry_export")).status_code == 403
    assert client.get(reverse(LIST)).status_code == 403


def test_nobody_changes_it_by_its_pages(client: Client, version: RubricVersion) -> None:
    entry = change(version, "note", "a", "b")
    page = reverse("admin:leads_auditentry_change", args=[entry.pk])
    assert client.post(page, {"reason": "x"}).status_code == 403
    assert client.post(page.replace("/change/", "/delete/"), {"post": "yes"}).status_code == 403
    assert client.get(reverse("admin:leads_auditentry_add")).status_code == 403


@pytest.mark.parametrize("query", ["by=x", "created_at__gte=zzz"])
def test_a_filter_that_is_none_leads_back_to_the_list(client: Client, query: str) -> None:
    response = client.get(f"{reverse('admin:leads_auditentry_export')}?{query}")
    assert (response.status_code, response.headers["Location"]) == (
        302, f"{reverse('admin:leads_auditentry_changelist')}?e=1",
    )  # fmt: skip
