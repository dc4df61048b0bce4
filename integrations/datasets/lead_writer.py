"""Write many leads at once: who they are, since when they try the product, what was known."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

from integrations.datasets.account_writer import write_accounts
from integrations.datasets.copying import copy_rows, reserve_ids, to_json
from integrations.datasets.load import Load
from integrations.datasets.rows import LeadRow
from leads.attributes import ACCOUNT, write_statements
from leads.ingest.accounts import attachments_by_domain
from leads.models import AttributeChange, Identity, Lead
from leads.models.identity import IdentityKind

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
HISTORY_COLUMNS = ("lead_id", "name", "value", "known_at", "confirmed_at")

ADD_TRIALS = """
INSERT INTO leads_trial (lead_id, product_id, started_at, start_is_stated)
SELECT lead_id, %(product)s, started_at, true
FROM unnest(%(leads)s::bigint[], %(starts)s::timestamptz[]) AS told (lead_id, started_at)
ORDER BY lead_id
ON CONFLICT (product_id, lead_id) DO UPDATE
    SET started_at = excluded.started_at, start_is_stated = true
    WHERE NOT leads_trial.start_is_stated AND leads_trial.ends_at IS NULL
RETURNING lead_id
"""

# A lead's id and what one line of the file says of it.
Told = tuple[int, LeadRow]


@dataclass(slots=True)
class LeadWriter:
    """Writes chunks of leads; ``ids`` says afterwards which lead each ``external_id`` is.

    A lead that is known already, by its user id or its e-mail, is told what its line says as of
    its ``created_at``; what live sources said later stands.
    """

    load: Load
    ids: dict[str, int] = field(default_factory=dict)

    @transaction.atomic
    def write(self, rows: Sequence[LeadRow]) -> int:
        """Write one chunk; return how many leads are new."""
        ids = _owners(IdentityKind.USER, {row.external_id for row in rows}, self.load.namespace)
        unknown = [row for row in rows if row.external_id not in ids]
        by_email = _owners(IdentityKind.EMAIL, {_email(row) for row in unknown} - {""}, "")
        new: list[Told] = []
        for lead_id, row in zip(reserve_ids(Lead, len(unknown)), unknown, strict=True):
            owner = by_email.setdefault(_email(row), lead_id) if _email(row) else lead_id
            ids[row.external_id] = owner
            if owner == lead_id:
                new.append((lead_id, row))
        made = {lead_id for lead_id, _ in new}
        known = [(ids[r.external_id], r) for r in rows if ids[r.external_id] not in made]
        accounts, changed_accounts = write_accounts(rows, self.load)
        self._write_new(new, accounts)
        loose = [lead_id for lead_id, row in new if row.external_id not in accounts]
        attached = attachments_by_domain(lead_ids=loose, account_ids=changed_accounts)
        self._write_identities(new, [(ids[row.external_id], row) for row in unknown])
        changed = made | _tell_known(known, accounts) | write_statements("lead", attached)
        changed |= set(
            Lead.objects.filter(account__in=changed_accounts).values_list("pk", flat=True)
        )
        changed |= self._write_trials([(ids[row.external_id], row) for row in rows])
        self.load.mark_changed(changed)
        self.ids |= ids
        return len(new)

    def _write_new(self, new: Sequence[Told], accounts: Mapping[str, int]) -> None:
        copy_rows(Lead, LEAD_COLUMNS, (self._lead(*told, accounts) for told in new))
        # The careful way of leads.attributes folds statements into what is there; a lead made
        # just now has nothing there, so its statements are its history.
        copy_rows(
            AttributeChange,
            HISTORY_COLUMNS,
            (
                (lead_id, name, to_json(value), row.created_at, row.created_at)
                for lead_id, row in new
                for name, value in _statements(row, accounts).items()
            ),
        )

    def _lead(self, lead_id: int, row: LeadRow, accounts: Mapping[str, int]) -> tuple[Any, ...]:
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

    def _write_identities(self, new: Sequence[Told], unknown: Sequence[Told]) -> None:
        namespace, received_at = self.load.namespace, self.load.received_at
        users = [
            (namespace, IdentityKind.USER, row.external_id, lead_id, received_at(row.created_at))
            for lead_id, row in unknown
        ]
        emails = [
            ("", IdentityKind.EMAIL, _email(row), lead_id, received_at(row.created_at))
            for lead_id, row in new
            if _email(row)
        ]
        copy_rows(Identity, IDENTITY_COLUMNS, [*users, *emails])

    def _write_trials(self, told: Sequence[Told]) -> set[int]:
        # One person may stand in two lines of the file; the earlier sign-up counts.
        latest_first = sorted(told, key=lambda pair: pair[1].created_at, reverse=True)
        starts = {lead_id: row.created_at for lead_id, row in latest_first}
        parameters: dict[str, Any] = {
            "product": self.load.product.pk,
            "leads": list(starts),
            "starts": list(starts.values()),
        }
        with connection.cursor() as cursor:
            cursor.execute(ADD_TRIALS, parameters)
            return {lead_id for (lead_id,) in cursor.fetchall()}


def _tell_known(known: Iterable[Told], accounts: Mapping[str, int]) -> set[int]:
    """Tell leads that were there before what the file says; return those that changed."""
    statements: dict[int, dict[str, list[tuple[Any, Any]]]] = {}
    for lead_id, row in known:
        by_name = statements.setdefault(lead_id, {})
        for name, value in _statements(row, accounts).items():
            by_name.setdefault(name, []).append((row.created_at, value))
    list(Lead.objects.select_for_update(no_key=True).filter(pk__in=statements).order_by("pk"))
    return write_statements("lead", statements)


def _statements(row: LeadRow, accounts: Mapping[str, int]) -> dict[str, Any]:
    statements = dict(row.attributes)
    if row.external_id in accounts:
        statements[ACCOUNT] = accounts[row.external_id]
    return statements


def _owners(kind: IdentityKind, values: set[str], namespace: str) -> dict[str, int]:
    found = Identity.objects.filter(namespace=namespace, kind=kind, value__in=sorted(values))
    return dict(found.values_list("value", "lead_id"))


def _email(row: LeadRow) -> str:
    return str(row.attributes.get("email", "")).strip().lower()
