"""Write many leads at once: who they are, since when they try the product, what was known."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

from integrations.datasets.account_writer import HISTORY_COLUMNS, write_accounts
from integrations.datasets.copying import copy_rows, reserve_ids, to_json
from integrations.datasets.load import Load
from integrations.datasets.rows import LeadRow
from leads.models import AttributeChange, Identity, Lead
from leads.models.identity import IdentityKind

# The history keeps the lead's account under this name.
ACCOUNT_LINK = "$account"
LEAD_COLUMNS = (
    "id",
    "account_id",
    "email",
    "name",
    "title",
    "attributes",
    "is_synthetic",
    "created_at",
)
IDENTITY_COLUMNS = ("namespace", "kind", "value", "lead_id", "created_at")

ADD_TRIALS = """
INSERT INTO leads_trial (lead_id, product_id, started_at, start_is_stated)
SELECT lead_id, %(product)s, started_at, true
FROM unnest(%(leads)s::bigint[], %(starts)s::timestamptz[]) AS told (lead_id, started_at)
ON CONFLICT (product_id, lead_id) DO UPDATE
    SET started_at = excluded.started_at, start_is_stated = true
    WHERE NOT leads_trial.start_is_stated AND leads_trial.ends_at IS NULL
RETURNING lead_id
"""


@dataclass(slots=True)
class LeadWriter:
    """Writes chunks of leads; ``ids`` says afterwards which lead each ``external_id`` is.

    A lead that is known already, by its user id or its e-mail, gets the trial and nothing else:
    what live sources said of it stands.
    """

    load: Load
    ids: dict[str, int] = field(default_factory=dict)

    @transaction.atomic
    def write(self, rows: Sequence[LeadRow]) -> int:
        """Write one chunk; return how many leads are new or newly try the product."""
        known = _owners(IdentityKind.USER, {r.external_id for r in rows}, self.load.namespace)
        new = [row for row in rows if row.external_id not in known]
        by_email = _owners(IdentityKind.EMAIL, {_email(row) for row in new} - {""}, "")
        made: list[tuple[int, LeadRow]] = []
        for lead_id, row in zip(reserve_ids(Lead, len(new)), new, strict=True):
            owner = by_email.setdefault(_email(row), lead_id) if _email(row) else lead_id
            known[row.external_id] = owner
            if owner == lead_id:
                made.append((lead_id, row))
        accounts = write_accounts((row for _, row in made), self.load)
        copy_rows(Lead, LEAD_COLUMNS, (self._lead(lead_id, r, accounts) for lead_id, r in made))
        self._write_identities(made, [(known[row.external_id], row) for row in new])
        copy_rows(AttributeChange, HISTORY_COLUMNS, _history(made, accounts))
        self.ids |= known
        changed = self._write_trials([(known[row.external_id], row) for row in rows])
        self.load.mark_changed(changed)
        return len(changed)

    def _lead(self, lead_id: int, row: LeadRow, accounts: dict[str, int]) -> tuple[Any, ...]:
        return (
            lead_id,
            accounts.get(row.external_id),
            _email(row),
            str(row.attributes.get("name", "")),
            str(row.attributes.get("title", "")),
            to_json(row.attributes),
            self.load.source.is_synthetic,
            self.load.received_at(row.created_at),
        )

    def _write_identities(
        self, made: Sequence[tuple[int, LeadRow]], new: Sequence[tuple[int, LeadRow]]
    ) -> None:
        users = [
            (
                self.load.namespace,
                "user",
                row.external_id,
                lead_id,
                self.load.received_at(row.created_at),
            )
            for lead_id, row in new
        ]
        emails = [
            ("", "email", _email(row), lead_id, self.load.received_at(row.created_at))
            for lead_id, row in made
            if _email(row)
        ]
        copy_rows(Identity, IDENTITY_COLUMNS, [*users, *emails])

    def _write_trials(self, told: Sequence[tuple[int, LeadRow]]) -> set[int]:
        # One person may stand in two lines of the file; the earlier sign-up counts.
        starts = {lead_id: row.created_at for lead_id, row in sorted(told, key=_latest_first)}
        leads = sorted(starts)
        parameters: dict[str, Any] = {
            "product": self.load.product.pk,
            "leads": leads,
            "starts": [starts[lead_id] for lead_id in leads],
        }
        with connection.cursor() as cursor:
            cursor.execute(ADD_TRIALS, parameters)
            return {lead_id for (lead_id,) in cursor.fetchall()}


def _history(
    made: Iterable[tuple[int, LeadRow]], accounts: dict[str, int]
) -> Iterable[tuple[Any, ...]]:
    for lead_id, row in made:
        at = row.created_at
        for name, value in row.attributes.items():
            yield lead_id, None, name, to_json(value), at, at
        if row.external_id in accounts:
            yield lead_id, None, ACCOUNT_LINK, to_json(accounts[row.external_id]), at, at


def _owners(kind: IdentityKind, values: set[str], namespace: str) -> dict[str, int]:
    found = Identity.objects.filter(namespace=namespace, kind=kind, value__in=sorted(values))
    return dict(found.values_list("value", "lead_id"))


def _email(row: LeadRow) -> str:
    return str(row.attributes.get("email", "")).strip().lower()


def _latest_first(told: tuple[int, LeadRow]) -> float:
    return -told[1].created_at.timestamp()
