"""The page of a draft: what it tells, and its parts opened, saved, moved, removed and tried."""

import html
import json
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from rubrics import editing
from rubrics.models import RubricVersion, Score, ScoreChange
from rubrics.publishing import publish_now
from rubrics.rows import document_of
from rubrics.services import load_rubric
from tests.admin.forms import editor_url, form_at, sent_by, version_url
from tests.rubrics.editing.conftest import DOCUMENT
from tests.rubrics.golden.cases import QUIET, keep
from tests.rubrics.makers import AT, make_lead, make_product
from tests.world import make_person

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def draft() -> RubricVersion:
    product = make_product("used", "invited")
    return load_rubric(DOCUMENT, product=product, by=None, at=AT)


@pytest.fixture
def ann() -> User:
    return make_person("ann", "view_rubricversion", "change_rubricversion", staff=True)


@pytest.fixture
def client(ann: User) -> Client:
    client = Client()
    client.force_login(ann)
    return client


def text(response: Any) -> str:
    return html.unescape(response.content.decode())


def criteria(draft: RubricVersion) -> dict[str, dict[str, Any]]:
    return {one["key"]: one for one in document_of(draft)["criteria"]}


def save(client: Client, draft: RubricVersion, key: str, **changes: Any) -> str:
    url = editor_url(draft, "criterion", key)
    form = form_at(client, url) | {f"c-{key}-{name}": value for name, value in changes.items()}
    return text(client.post(url, form))


def test_the_page_tells_each_criterion_in_its_section(client: Client, draft: RubricVersion) -> None:
    page = text(client.get(version_url(draft)))
    places = [page.index(f'id="{mark}"') for mark in (
        "sec-fit", "c-size", "c-rival", "sec-behavior", "c-use", "c-invites", "sec-velocity",
        "c-burst", "sec-silence", "c-away", "s-thresholds", "l-competitors", "bench",
    )]  # fmt: skip
    assert places == sorted(places)
    assert "2 criteria, give up to 40" in page
    assert "Complete: nothing is missing." in page
    assert page.count(version_url(draft, "publish")) <= 1  # a step, and not a button besides
    assert "Used by Competitor." in page


def test_saving_answers_with_the_line_and_what_follows(
    client: Client, draft: RubricVersion
) -> None:
    page = save(client, draft, "invites", each="12")
    assert '<b class="ed-points">+12, at most 3 times</b>' in page
    assert 'name="revision" value="2"' in page
    assert "2 criteria, give up to 46" in page
    assert criteria(draft)["invites"]["per_unit"] == {"points": 12, "max": 3}


def test_the_second_editor_sees_both_and_decides(
    client: Client, draft: RubricVersion, ann: User
) -> None:
    url = editor_url(draft, "criterion", "invites")
    opened = form_at(client, url)
    bob = Client()
    bob.force_login(make_person("bob", "view_rubricversion", "change_rubricversion", staff=True))
    bob.post(url, {**opened, "c-invites-each": "15", "c-invites-source": "Bob's reason"})
    told = client.post(url, {**opened, "c-invites-each": "20"})
    page = text(told)
    assert "bob changed this at" in page
    assert "“Did invited” each time: +20" in page.split("<tbody>")[1]
    assert "“Did invited” each time: +15" in page.split("<tbody>")[1]
    assert criteria(draft)["invites"]["per_unit"]["points"] == 15
    again = sent_by(told.content.decode())
    assert again["c-invites-each"] == "20"
    assert again["c-invites-source"] == "Bob's reason"  # what only he changed stays
    client.post(url, again)
    kept = criteria(draft)["invites"]
    assert (kept["per_unit"]["points"], kept["source"]) == (20, "Bob's reason")


def test_a_section_changed_by_another_is_a_conflict(client: Client, draft: RubricVersion) -> None:
    url = editor_url(draft, "section", "thresholds")
    opened = form_at(client, url)
    client.post(url, {**opened, "s-thresholds-min_total": "70"})
    page = text(client.post(url, {**opened, "s-thresholds-min_total": "60"}))
    assert "changed this at" in page
    assert "<td>60</td><td>70</td>" in page
    draft.refresh_from_db()
    assert draft.min_total == 70


def test_others_edits_are_told_while_the_page_is_open(client: Client, draft: RubricVersion) -> None:
    pulse = editor_url(draft, "pulse")
    assert client.get(pulse, {"revision": 1}).status_code == 204
    bob = make_person("bob")
    entry = criteria(draft)["use"]
    editing.save_criterion(draft, entry={**entry, "name": "Used"}, seen=entry, by=bob, at=AT)
    editing.move_criterion(draft, key="use", place=1, by=bob, at=AT)
    page = text(client.get(pulse, {"revision": 1}))
    assert "bob changed the order of the criteria" in page
    assert "bob changed “Used”" in page


def test_unfinished_is_refused_then_kept_and_listed(client: Client, draft: RubricVersion) -> None:
    page = save(client, draft, "use", signals=[])
    assert "Name one or more signals" in page
    url = editor_url(draft, "criterion", "use")
    form = {**form_at(client, url), "c-use-signals": [], "act": "unfinished"}
    page = text(client.post(url, form))
    assert "1 thing to mend before it can be published" in page
    assert '<a class="ed-link" href="#c-use">Use</a>: Name one or more signals' in page
    assert "Complete" not in text(client.get(version_url(draft)))


def test_a_new_criterion_is_added_to_its_section(client: Client, draft: RubricVersion) -> None:
    new = editor_url(draft, "new_criterion")
    form = form_at(client, f"{new}?measure=distinct_days&section=behavior")
    form |= {"c-new-name": "Days", "c-new-signals": ["used"], "c-new-0-points": "5"}
    page = text(client.post(new, form))
    assert 'hx-swap-oob="beforeend:#list-behavior"' in page
    assert criteria(draft)["days"]["tiers"] == [{"at_least": 1, "points": 5}]
    assert client.get(f"{new}?measure=nothing").status_code == 404
    assert client.get(f"{new}?measure=active_users").status_code == 404  # of accounts


def test_moved_copied_removed_and_brought_back(client: Client, draft: RubricVersion) -> None:
    url = editor_url(draft, "criterion", "use")
    client.post(url, {"act": "move", "place": "1"})
    assert list(criteria(draft))[2:4] == ["invites", "use"]
    assert 'id="c-use_copy"' in text(client.post(url, {"act": "copy"}))
    assert "Removed “Use”." in text(client.post(url, {"act": "remove"}))
    assert "use" not in criteria(draft)
    assert 'id="c-use"' in text(client.post(url, {"act": "restore"}))
    assert "use" in criteria(draft)
    assert client.post(url, {"act": "restore"}).status_code == 404


def test_moving_to_another_section_reads_the_page_anew(
    client: Client, draft: RubricVersion
) -> None:
    url = editor_url(draft, "criterion", "use")
    form = {**form_at(client, url), "c-use-section": "silence", "c-use-0-points": "-1",
            "c-use-1-points": "-2"}  # fmt: skip
    assert client.post(url, form)["HX-Refresh"] == "true"
    assert criteria(draft)["use"]["role"] == "silence"


def test_lists_are_pasted_into_checked_and_compared(client: Client, draft: RubricVersion) -> None:
    url = editor_url(draft, "list", "competitors")
    form = form_at(client, url)
    pasted = "https://www.new.example/x\nRIVAL.example\nno domain"
    page = text(client.post(url, {**form, "pasted": pasted, "act": "check"}))
    assert "1 new</b>, 1 there already, 1 malformed" in page
    assert "Line 3, “no domain”: No domain." in page
    client.post(url, {**form, "pasted": pasted, "act": "add"})
    assert document_of(draft)["lists"]["competitors"] == ["new.example", "rival.example"]
    page = text(client.post(url, {**form, "values": "other.example", "act": "save"}))
    assert "changed this at" in page
    assert "new.example\nother.example" in page
    assert "Is used by Competitor" in text(client.post(url, {**form, "act": "remove"}))
    page = text(client.post(url, {**form, "values": "a b", "act": "save"}))
    assert "Line 1, “a b”" in page


def test_what_was_pasted_and_not_added_is_not_lost(client: Client, draft: RubricVersion) -> None:
    url = editor_url(draft, "list", "competitors")
    before = document_of(draft)
    form = form_at(client, url) | {"pasted": "new.example"}
    for changes in ({"act": "save"}, {"act": "add", "values": "rival.example\na b"}):
        page = text(client.post(url, {**form, **changes}))
        assert ">new.example</textarea>" in page
        assert "not in the list yet" in page or "Line 2, “a b”" in page
        assert document_of(draft) == before


def test_shipped_lists_are_compared_and_taken_again(client: Client, draft: RubricVersion) -> None:
    new = editor_url(draft, "new_list")
    assert 'id="l-personal"' in text(client.post(new, {"key": "Personal"}))
    assert "already" in text(client.post(new, {"key": "personal"}))
    url = editor_url(draft, "list", "personal")
    assert "0 more," in text(client.get(url))
    form = form_at(client, url)
    page = text(client.post(url, {**form, "act": "shipped"}))
    assert "gmail.com" in page
    assert document_of(draft)["lists"]["personal"] == []  # until it is saved


def test_new_is_a_key_like_any_other(client: Client, draft: RubricVersion) -> None:
    client.post(editor_url(draft, "new_list"), {"key": "new"})
    url = editor_url(draft, "list", "new")
    client.post(url, {**form_at(client, url), "values": "Senior", "act": "save"})
    assert document_of(draft)["lists"]["new"] == ["Senior"]


@pytest.mark.parametrize(
    "seen", ["5", "null", "{bad", '{"a": 1}', '{"measure": "count", "tiers": [5]}']
)
def test_what_was_seen_is_checked(client: Client, draft: RubricVersion, seen: str) -> None:
    before = document_of(draft)
    for url in (
        editor_url(draft, "list", "competitors"), editor_url(draft, "criterion", "invites"),
    ):  # fmt: skip
        assert client.post(url, {**form_at(client, url), "seen": seen}).status_code in (200, 404)
    assert document_of(draft)["criteria"] == before["criteria"]


def test_a_lead_is_tried_with_what_is_not_saved_yet(client: Client, draft: RubricVersion) -> None:
    product = draft.rubric.product
    now = timezone.now()
    lead = make_lead(product, started_at=now - 3 * DAY, hits=[("invited", now - DAY)] * 2)
    url = editor_url(draft, "try")
    assert "+20" not in text(client.get(url, {"lead": lead.pk}))
    publish_now(draft, by=None, at=AT)
    second = load_rubric(document_of(draft), product=product, by=None, at=AT)
    opened = form_at(client, editor_url(second, "criterion", "invites"))
    form = {**opened, "c-invites-each": "15", "lead": lead.pk}
    page = text(client.post(editor_url(second, "try"), form))
    assert "With your unsaved changes" in page
    assert "Behavior 20 → 30: Invites +30 (was +20)" in page
    assert criteria(second)["invites"]["per_unit"]["points"] == 10
    assert not Score.objects.exists()
    assert not ScoreChange.objects.exists()


def test_golden_leads_are_told_as_the_draft_is_saved(draft: RubricVersion) -> None:
    client, url = Client(), editor_url(draft, "golden")
    rights = ("view_rubricversion", "change_rubricversion", "view_goldenlead")
    client.force_login(make_person("gus", *rights, staff=True))
    assert url in text(client.get(version_url(draft)))
    assert "None are kept yet" in text(client.get(url))
    golden_lead = keep(draft.rubric, facts=QUIET, expect={"pql": False})
    assert "The one that is kept comes out as agreed" in text(client.get(url))
    golden_lead.expect = {"pql": True}
    golden_lead.save(update_fields=["expect"])
    page = text(client.get(url))
    assert "1 of 1 comes out otherwise than agreed" in page
    assert golden_lead.name in page


def test_whom_to_try_is_found_by_name(client: Client, draft: RubricVersion) -> None:
    lead = make_lead(draft.rubric.product)
    lead.name = "Ada Vogel"
    lead.save(update_fields=["name"])
    url = editor_url(draft, "try")
    assert f"?lead={lead.pk}" in text(client.get(url, {"q": "vogel"}))
    assert "Nobody found" in text(client.get(url, {"q": "nobody"}))
    assert "No PQLs yet" in text(client.get(url, {"q": ""}))
    assert client.get(url).status_code == 204
    assert "Nobody here" in text(client.get(url, {"lead": "0"}))


def test_who_may_only_look_sees_no_forms(draft: RubricVersion) -> None:
    looking = Client()
    looking.force_login(make_person("lou", "view_rubricversion", staff=True))
    page = text(looking.get(version_url(draft)))
    assert "You may look at this draft" in page
    assert "Edit Invites" not in page
    url = editor_url(draft, "criterion", "invites")
    assert "<form" not in text(looking.get(url))
    assert looking.post(url, {"act": "remove"}).status_code == 403
    assert looking.get(editor_url(draft, "new_criterion") + "?measure=count").status_code == 404
    nobody = Client()
    nobody.force_login(make_person("nell", staff=True))
    assert nobody.get(url).status_code == 403


@pytest.mark.parametrize("sent", ["{", "[1]", '{"measure": 1}', ""])
def test_what_no_page_sends_does_no_harm(client: Client, draft: RubricVersion, sent: str) -> None:
    before = document_of(draft)
    url = editor_url(draft, "criterion", "use")
    response = client.post(url, {**form_at(client, url), "seen": sent, "c-use-name": "X"})
    assert response.status_code in (200, 404)
    assert document_of(draft) == before
    assert json.dumps(before)


def test_the_page_costs_as_much_with_25_criteria(
    client: Client, draft: RubricVersion, django_assert_max_num_queries: Any
) -> None:
    entry = {**criteria(draft)["use"], "group": "use"}
    for number in range(19):
        entry |= {"key": "", "name": f"More {number}"}
        editing.save_criterion(draft, entry=entry, seen=None, by=None, at=AT)
    client.get(version_url(draft))  # what is remembered from then on, whichever test comes first
    with django_assert_max_num_queries(20):
        client.get(version_url(draft))
    with django_assert_max_num_queries(16):
        client.get(editor_url(draft, "criterion", "use"))
