"""Every address there is, and whether it is a page: from the list of URLs.

Addresses come from the permission matrices (tests/test_permissions.py, tests/permissions/), which
fail for a URL without one. Each is a page, to be looked at, unless NO_PAGES says what else it is.
"""

import re
from collections.abc import Iterator
from typing import Any

from django.urls import reverse

from tests import test_permissions as ours
from tests.browser.walk import Stop
from tests.permissions import test_admin as admin
from tests.permissions.askers import Row, Setting

# The theme's own pages that differ in words only: those of one model an app are looked at.
ALIKE = re.compile(r"admin:(auth|integrations|leads|routing|rubrics)_\w+_(history|delete)$")

# Who looks at a page of ours: the first who may.
ASKERS = ("anonymous", "rep", "leader", "manager", "revops")

PROGRAMS = "answers programs"
FILE = "a file to take away"
PART = "part of a page, looked at where it is shown"
LEADS_ON = "leads on to a page that is looked at"
NO_PAGES: dict[str, str] = {
    **dict.fromkeys(
        (name for name in ours.NAMES if name.startswith("api:") and name != "api:docs"), PROGRAMS
    ),
    "livez": PROGRAMS,
    "readyz": PROGRAMS,
    "admin:jsi18n": PROGRAMS,
    "routing:team-export": FILE,
    "admin:leads_auditentry_export": FILE,
    "admin:rubrics_backtest_table": FILE,
    "admin:rubrics_dataaudit_export": FILE,
    "admin:rubrics_preview_download": FILE,
    "admin:rubrics_rubricversion_download": FILE,
    "routing:inbox-pulse": PART,
    "routing:lead-events": PART,
    "routing:account-evidence": PART,
    "routing:lead-evidence": PART,
    "routing:preview-work": PART,
    "routing:queue-advice": PART,
    "routing:queue-panel": PART,
    "routing:queue-pulse": PART,
    "admin:search": PART,
    "admin:leads_eventtype_matching": PART,
    **{
        f"admin:rubrics_rubricversion_{part}": PART
        for part in (
            "condition", "criterion", "golden", "list", "new_criterion", "new_list", "pulse",
            "section", "try",
        )
    },
    **dict.fromkeys(admin.LEADS_ON - {"admin:rubrics_setupguide_change"}, LEADS_ON),
    "admin:integrations_destination_delete": LEADS_ON,  # it is in use
    "admin:rubrics_backtest_again": LEADS_ON,
    "admin:rubrics_backtest_new": LEADS_ON,
    "admin:rubrics_rubricversion_backtest": LEADS_ON,
    "admin:rubrics_rubricversion_forget": LEADS_ON,
    "admin:rubrics_rubricversion_history": LEADS_ON,
    "admin:rubrics_rubricversion_sheet": LEADS_ON,
    "admin:rubrics_setupguide_draft": LEADS_ON,
}  # fmt: skip

# What they can show besides.
MORE = (
    *(Stop(f"/?tab={tab}", "rep") for tab in ("team", "unassigned", "near", "expiring", "snoozed")),
    Stop("/?q=nobody", "rep"),
    Stop("/?tab=team", "manager"),
    Stop("/inbox/?tab=all", "rep"),
    Stop("/inbox/?kind=pilot", "rep"),
)
MORE_OF_ADMIN = (
    Stop("/admin/login/", "anonymous"),
    Stop("/admin/leads/lead/?q=nobody", "root"),
    Stop("/admin/", "revops"),
)
ERRORS = (
    Stop("/nowhere/", "rep", status=404),
    Stop("/nowhere/", "anonymous", status=404),
    Stop("/review/", "rep", status=403),
    Stop("/admin/auth/group/", "revops", status=403),
    Stop("/admin/nowhere/", "root", status=404),
    Stop("/wrong/malformed/", "rep", status=400),
    Stop("/wrong/forged/", "rep", status=403),
    Stop("/wrong/broken/", "rep", status=500),
)


def of_people(setting: Setting) -> Iterator[Stop]:
    """The addresses outside the admin, each as somebody who gets something there."""
    for name in ours.NAMES:
        if (asker := who_sees(ours.GETS[name])) is not None:
            yield Stop(ours.address(name, setting.world), asker, other=NO_PAGES.get(name, ""))


def of_admin(keys: dict[str, Any], own: dict[str, Any]) -> Iterator[Stop]:
    """The admin's addresses, as a superuser: those that anybody gets.

    ``keys``: of what they are, by model; ``own``: by name, where that is not good enough.
    """
    seen: set[tuple[str, ...]] = set()
    for name in admin.ADMIN_NAMES:
        kind = ALIKE.match(name)
        if admin.rule(name)[0] == admin.NOBODY or (kind and kind.groups() in seen):
            continue
        if kind and name not in NO_PAGES:
            seen.add(kind.groups())
        url = reverse(name, args=[own[name]]) if name in own else admin.address(name, keys)
        yield Stop(url, "root", other=NO_PAGES.get(name, ""))


def who_sees(row: Row) -> str | None:
    """Somebody who gets it, if anybody does."""
    return next((asker for asker in ASKERS if getattr(row, asker) == 200), None)
