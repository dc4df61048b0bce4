"""Rows of alerts and their settings, for the pages of the admin."""

from django.db.models import Model

from leads.models import Lead
from routing.alerts import raise_alert
from routing.models import Alert, AlertPreference, SeverityRule
from tests.world import AT, make_person

MODELS: list[type[Model]] = [Alert, AlertPreference, SeverityRule]
READ_ONLY: list[type[Model]] = [Alert]


def fill_alerts(lead: Lead, number: int) -> None:
    """One row of everything."""
    somebody = make_person(f"told{number}")
    raise_alert(
        key=f"a{number}", kind="play", severity=2, user=somebody, lead=lead, qualification=None,
        at=AT, title=f"Alert {number}",
    )  # fmt: skip
    AlertPreference.objects.create(user=somebody)
    SeverityRule.objects.create(severity=2, at_least=200 + number)
