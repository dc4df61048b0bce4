"""Who gets into every page of the admin, and what each needs: from the list of its URLs.

A model's pages follow one rule (PAGES); what differs is in OWN_RULES and CLOSED. A page that is
neither a model's nor named here fails.
"""

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, Permission, User
from django.db.models import Model
from django.template import Template
from django.test import Client
from django.urls import NoReverseMatch, reverse

from integrations.models.token import Scope
from leads.models import Signal
from tests.admin.test_admin_pages import fill
from tests.permissions.askers import Setting, names, undone
from tests.world import make_person, token_client

pytestmark = pytest.mark.django_db

Needs = tuple[str, ...]
"""Permissions that are all needed: "leads.add_signal"; a verb alone is the page's own model's. Who
may change may view."""
NOBODY: Needs = ("nobody",)
ANY_STAFF: Needs = ()

# What a page of a model needs to be opened, and to be posted to.
PAGES: dict[str, tuple[Needs, Needs]] = {
    "changelist": (("view",), ("view",)),
    "history": (("view",), ("view",)),
    "change": (("view",), ("change",)),
    "add": (("add",), ("add",)),
    "delete": (("delete",), ("delete",)),
}
# Django's own, for everybody who may enter.
FOR_STAFF = {
    "admin:app_list", "admin:index", "admin:jsi18n", "admin:password_change",
    "admin:password_change_done", "admin:search",
}  # fmt: skip
# The way in and out; what Django finds by itself; redirects of old addresses.
UNGUARDED = {"admin:login", "admin:logout", "admin:None", "admin:view_on_site"}
# Refused without a model's field that asks for it.
BY_FIELD = {"admin:autocomplete"}
# Lead to another page, which asks by itself, where there is nothing to show yet.
LEADS_ON = {
    "admin:rubrics_setupguide_change",
    "admin:rubrics_criterion_change",
    "admin:rubrics_goldenlead_history",
    "admin:rubrics_rubric_history",
}

FACTS = {"add": NOBODY, "change": NOBODY, "delete": NOBODY}
CLOSED: dict[str, dict[str, Needs]] = {
    "integrations_apitoken": {"change": NOBODY, "delete": NOBODY},
    "leads_account": FACTS,
    "leads_accountchange": FACTS,
    "leads_attributechange": FACTS,
    "leads_auditentry": FACTS,
    "leads_event": FACTS,
    "leads_eventtype": FACTS,
    "leads_hit": FACTS,
    "leads_identity": FACTS,
    "leads_lead": FACTS,
    "leads_leadchange": FACTS,
    "leads_leadmerge": FACTS,
    "leads_outcome": {"change": NOBODY},
    "leads_rejectedmessage": FACTS,
    "leads_remapjob": FACTS,
    "leads_signalmapping": {"add": NOBODY},
    "leads_trial": FACTS,
    "routing_alert": FACTS,
    "integrations_delivery": FACTS,
    "integrations_slackaction": FACTS,
    "routing_owedevent": FACTS,
    "routing_playdryrun": FACTS,
    "routing_playrun": FACTS,
    "routing_replay": {"add": NOBODY, "change": NOBODY},
    # Only drafts are edited or thrown away, and one is begun by “Edit the rules”.
    "routing_ruleset": FACTS,
    "routing_qualification": FACTS,
    "routing_routingdecision": FACTS,
    "routing_slaevent": FACTS,
    "routing_task": FACTS,
    "rubrics_accountscore": FACTS,
    "rubrics_backtest": FACTS,
    "rubrics_criterion": FACTS,
    "rubrics_dataaudit": FACTS,
    "rubrics_preview": {"add": NOBODY, "change": NOBODY},
    "rubrics_previewlead": FACTS,
    "rubrics_proof": FACTS,
    "rubrics_proofmismatch": FACTS,
    "rubrics_publication": FACTS,
    "rubrics_score": FACTS,
    "rubrics_scorechange": FACTS,
}
VIEW, ADD, CHANGE = ("view",), ("add",), ("change",)
EDITOR = ("new_criterion", "criterion", "section", "condition", "new_list", "list", "golden")
VERSION = "rubrics.{}_rubricversion".format
OWN_RULES: dict[str, tuple[Needs, Needs]] = {
    # A superuser's: passwords and groups.
    "auth_user_add": (("add", "change"),) * 2,  # Django's: who may add people may make superusers
    "auth_user_password_change": (CHANGE, CHANGE),
    "integrations_delivery_cancel": (CHANGE, CHANGE),
    "integrations_delivery_resend": (CHANGE, CHANGE),
    "integrations_destination_test": (CHANGE, CHANGE),
    "integrations_apitoken_revoke": (CHANGE, CHANGE),
    "leads_account_keep": (("rubrics.add_goldenlead",),) * 2,
    "leads_lead_keep": (("rubrics.add_goldenlead",),) * 2,
    "leads_auditentry_export": (VIEW, VIEW),
    "leads_eventtype_map_event": (("leads.add_signalmapping", "leads.add_signal", "view"),) * 2,
    "leads_eventtype_matching": (("leads.add_signalmapping", "leads.add_signal", "view"),) * 2,
    "leads_remapjob_resume": (ADD, ADD),
    "leads_remapjob_stop": (ADD, ADD),
    "leads_signal_remap": (("leads.add_remapjob",),) * 2,
    "leads_source_rotate": (CHANGE, CHANGE),
    "routing_accountowner_set_many": (ADD, ADD),
    **{f"routing_play_{page}": (CHANGE, CHANGE) for page in ("dry_run", "switch_off", "switch_on")},
    "routing_play_examples": (ADD, ADD),
    "routing_playdryrun_stop": (ADD, ADD),
    "routing_replay_stop": (ADD, ADD),
    **{
        f"routing_ruleset_{page}": (CHANGE, CHANGE)
        for page in ("edit_live", "edit_rules", "publish")
    },
    "routing_ruleset_replay": (VIEW, VIEW),
    "routing_ruleset_simulate": (VIEW, VIEW),
    "routing_pilot_results": (VIEW, VIEW),
    "routing_rep_calendar": (VIEW, VIEW),
    "rubrics_backtest_ask": (ADD, ADD),
    "rubrics_backtest_table": (VIEW, VIEW),
    "rubrics_backtest_new": (ADD, ADD),
    "rubrics_backtest_again": (ADD, ADD),
    "rubrics_backtest_proposal": (ADD, ADD),
    "rubrics_backtest_stop": (ADD, ADD),
    "rubrics_dataaudit_audit_now": (ADD, ADD),
    "rubrics_dataaudit_expected": (VIEW, VIEW),
    "rubrics_dataaudit_export": (VIEW, VIEW),
    "rubrics_dataaudit_stop": (ADD, ADD),
    "rubrics_goldenlead_import_file": (ADD, ADD),
    "rubrics_setupguide_begin": (ADD, ADD),
    "rubrics_setupguide_page": (ADD, ADD),
    "rubrics_setupguide_result": (VIEW, VIEW),
    "rubrics_setupguide_draft": ((VERSION("add"),),) * 2,
    "rubrics_setupguide_objectives": (VIEW, VIEW),
    "rubrics_preview_again": (ADD, ADD),
    "rubrics_preview_download": (VIEW, VIEW),
    "rubrics_preview_stop": (ADD, ADD),
    "rubrics_proof_prove_now": (ADD, ADD),
    "rubrics_proof_score_again": (CHANGE, CHANGE),
    "rubrics_proof_stop": (ADD, ADD),
    "rubrics_publication_stop": ((VERSION("change"),),) * 2,
    "rubrics_rubric_import_file": ((VERSION("add"),),) * 2,
    "rubrics_rubric_draft_from_preset": ((VERSION("add"),),) * 2,
    # The editor is read by who may see versions, and written by who may change them.
    **{f"rubrics_rubricversion_{page}": (VIEW, CHANGE) for page in EDITOR},
    "rubrics_rubricversion_pulse": (VIEW, CHANGE),
    "rubrics_rubricversion_try": (VIEW, VIEW),  # a POST of what is tried, which changes nothing
    "rubrics_rubricversion_add": (NOBODY, NOBODY),
    "rubrics_rubricversion_history": (ANY_STAFF, ANY_STAFF),  # leads to the audit log
    "rubrics_rubricversion_preview": (ADD, ADD),
    "rubrics_rubricversion_backtest": (ADD, ADD),
    # Each step of it asks for a permission of its own: tests/admin/test_admin_approval.py.
    "rubrics_rubricversion_approval": (VIEW, NOBODY),
    "rubrics_rubricversion_publish": (CHANGE, CHANGE),
    "rubrics_rubricversion_roll_back": (CHANGE, CHANGE),
    "rubrics_rubricversion_retire": (CHANGE, CHANGE),
    "rubrics_rubricversion_draft": (ADD, ADD),
    "rubrics_rubricversion_golden_leads": (("rubrics.view_goldenlead",),) * 2,
    "rubrics_rubricversion_compare": (VIEW, VIEW),
    "rubrics_rubricversion_sheet": (VIEW, VIEW),
    "rubrics_rubricversion_download": (VIEW, VIEW),
    "rubrics_rubricversion_forget": (("delete",),) * 2,
}


ADMIN_NAMES = sorted({name for name in names() if name.startswith("admin:")} - UNGUARDED - BY_FIELD)


def rule(name: str) -> tuple[Needs, Needs]:
    """What a GET and a POST need."""
    if name in FOR_STAFF:
        return ANY_STAFF, ANY_STAFF
    label, model, page = split(name)
    if name.removeprefix("admin:") in OWN_RULES:
        get, post = OWN_RULES[name.removeprefix("admin:")]
    else:
        get, post = PAGES[page]
        closed = CLOSED.get(f"{label}_{model}", {})
        if page in closed:
            get, post = (get if page == "change" else closed[page]), closed[page]
    return tuple(full(n, label, model) for n in get), tuple(full(n, label, model) for n in post)


def full(need: str, label: str, model: str) -> str:
    return need if "." in need or need == "nobody" else f"{label}.{need}_{model}"


def split(name: str) -> tuple[str, str, str]:
    label, model, page = name.removeprefix("admin:").split("_", 2)
    return label, model, page


def address(name: str, keys: dict[str, Any]) -> str:
    if name == "admin:app_list":
        return reverse(name, args=["leads"])
    try:
        return reverse(name)
    except NoReverseMatch:
        label, model, page = split(name)
    pk = keys["rubrics_rubricversion" if page == "ask" else f"{label}_{model}"]
    more: dict[str, list[Any]] = {
        "criterion": ["c"],
        "section": ["thresholds"],
        "condition": ["ceiling"],
        "list": ["x"],
        "page": [1],
        "table": ["buckets"],
    }
    return reverse(name, args=[pk, *more.get(page, [])])


@pytest.fixture(scope="module")
def keys(setting: Setting) -> dict[str, Any]:
    """A row of everything, by model; a draft among the versions."""
    fill(setting.world, 10, 11)
    Signal.objects.create(product=setting.world.product, key="unused", name="Unused")

    def newest(model: type[Model]) -> Any:
        return model._default_manager.order_by("-pk").values_list("pk", flat=True).first()

    return {f"{m._meta.app_label}_{m._meta.model_name}": newest(m) for m in admin.site._registry}


@pytest.fixture(autouse=True)
def _nothing_is_rendered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who is let in is decided before; tests/admin looks at the pages."""
    monkeypatch.setattr(Template, "render", lambda *args: "")


def status(client: Client, method: str, url: str) -> int:
    """The status; 401 for being sent to sign in."""
    response = client.get(url) if method == "GET" else client.post(url)
    to_login = response.status_code == 302 and "/admin/login/" in response["Location"]
    return 401 if to_login else response.status_code


def undone_status(client: Client, method: str, url: str) -> int:
    """The status of what may be done; whatever it changes is undone."""
    with undone():
        return status(client, method, url)


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def staff(username: str) -> tuple[User, Client]:
    person = make_person(username, staff=True)
    return person, signed_in(person)


def permissions() -> dict[str, Permission]:
    """All there are, by what rules call them."""
    every = Permission.objects.select_related("content_type")
    return {f"{one.content_type.app_label}.{one.codename}": one for one in every}


def has_rule(name: str) -> bool:
    known = name in FOR_STAFF or name.removeprefix("admin:") in OWN_RULES
    return known or split(name)[2] in PAGES


def is_view(need: Permission) -> bool:
    return need.codename.startswith("view_")


def changing(need: Permission) -> str:
    label = need.content_type.app_label
    return f"{label}.{need.codename.replace('view_', 'change_', 1)}"


def test_every_page_of_the_admin_has_a_rule() -> None:
    assert [name for name in ADMIN_NAMES if not has_rule(name)] == []


def test_outsiders_get_no_page_of_the_admin(setting: Setting, keys: dict[str, Any]) -> None:
    """Nobody does who is not staff, whatever else they may do: in every group, with every
    permission, with a token of every scope."""
    mighty = make_person("mia")
    mighty.groups.set(Group.objects.all())
    mighty.user_permissions.set(Permission.objects.all())
    outsiders = {
        "anonymous": setting.clients["anonymous"],
        "not staff": signed_in(mighty),
        "token": token_client(setting.superuser, *Scope.values),
    }
    wrong = []
    for name in ADMIN_NAMES + sorted(BY_FIELD):
        url = address(name, keys)
        for asker, client in outsiders.items():
            for method in ("GET", "POST"):
                if (found := status(client, method, url)) != 401:
                    wrong.append(f"{name} {method}: {found} for {asker}")
    assert not wrong, "\n".join(wrong)


def test_no_page_is_posted_to_without_csrf_token(setting: Setting, keys: dict[str, Any]) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(setting.superuser)
    for name in ADMIN_NAMES + sorted(BY_FIELD):
        assert status(strict, "POST", address(name, keys)) in {403, 405}, name


def test_each_page_needs_its_permissions(setting: Setting, keys: dict[str, Any]) -> None:
    """With just these one is let in, and without any one of them, whatever else one has, not."""
    every = permissions()
    person, client = staff("clerk")
    almost, refused = staff("almost")
    almost.user_permissions.set(every.values())
    wrong = []
    for name in filter(has_rule, set(ADMIN_NAMES) - LEADS_ON):
        url = address(name, keys)
        for method, needs in zip(("GET", "POST"), rule(name), strict=True):
            if needs == NOBODY:
                if (found := undone_status(setting.root, method, url)) not in {403, 405}:
                    wrong.append(f"{name} {method}: {found} for a superuser")
                continue
            held = [every[need] for need in needs]
            person.user_permissions.set(held)
            if (found := undone_status(client, method, url)) in {401, 403}:
                wrong.append(f"{name} {method}: {found} with {needs}")
            for need in held:
                lacking = {need} | ({every[changing(need)]} if is_view(need) else set())
                almost.user_permissions.remove(*lacking)
                if (found := undone_status(refused, method, url)) not in {403, 404, 405}:
                    wrong.append(f"{name} {method}: {found} without {need.codename}")
                almost.user_permissions.add(*lacking)
    assert not wrong, "\n".join(wrong)
