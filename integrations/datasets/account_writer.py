"""Write the companies that a file of leads names, and what was known of them from when on."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import Q

from integrations.datasets.copying import copy_rows, to_json
from integrations.datasets.load import Load
from integrations.datasets.rows import LeadRow
from leads.models import Account, AttributeChange

HISTORY_COLUMNS = ("lead_id", "account_id", "name", "value", "known_at", "confirmed_at")


def write_accounts(rows: Iterable[LeadRow], load: Load) -> dict[str, int]:
    """Make the accounts not known yet; return each lead's account id by its ``external_id``.

    An account is named by ``id``, else ``domain``, else ``name``. One that is known already keeps
    what is known of it: a file about leads is no authority on a company others tell us of.
    """
    named = sorted((row for row in rows if row.account), key=lambda row: row.created_at)
    keys = {row.external_id: _key(row.account) for row in named}
    ids = _known(set(keys.values()))
    stories: dict[tuple[str, str], list[LeadRow]] = {}
    for row in named:
        if keys[row.external_id] not in ids:
            stories.setdefault(keys[row.external_id], []).append(row)
    created = Account.objects.bulk_create(
        _account(key, told, load) for key, told in stories.items()
    )
    history = []
    for account, (key, told) in zip(created, stories.items(), strict=True):
        ids[key] = account.pk
        history += _history(account.pk, told)
    copy_rows(AttributeChange, HISTORY_COLUMNS, history)
    return {external_id: ids[key] for external_id, key in keys.items()}


def _key(account: Mapping[str, Any]) -> tuple[str, str]:
    if account.get("id"):
        return "external_id", str(account["id"])
    if account.get("domain"):
        return "domain", str(account["domain"]).lower()
    return "name", str(account["name"])


def _known(keys: set[tuple[str, str]]) -> dict[tuple[str, str], int]:
    wanted = Q(pk__in=[])
    for field in ("external_id", "domain", "name"):
        wanted |= Q(**{f"{field}__in": sorted(value for kind, value in keys if kind == field)})
    found: dict[tuple[str, str], int] = {}
    for account in Account.objects.filter(wanted).order_by("-pk"):
        for field in ("external_id", "domain", "name"):
            found[field, getattr(account, field)] = account.pk
    return {key: found[key] for key in keys if key in found}


def _account(key: tuple[str, str], told: Sequence[LeadRow], load: Load) -> Account:
    attributes: dict[str, Any] = {}
    for row in told:
        attributes |= _attributes(row)
    return Account(
        external_id=key[1] if key[0] == "external_id" else None,
        name=str(attributes.get("name", "")),
        domain=str(attributes.get("domain", "")),
        attributes=attributes,
        is_synthetic=load.source.is_synthetic,
    )


def _history(account_id: int, told: Sequence[LeadRow]) -> list[tuple[Any, ...]]:
    """One row whenever a value differs from the one before it."""
    current: dict[str, Any] = {}
    changes: dict[tuple[str, Any], tuple[Any, ...]] = {}
    for row in told:
        at = row.created_at
        for name, value in _attributes(row).items():
            if name not in current or current[name] != value:
                current[name] = value
                changes[name, at] = (None, account_id, name, to_json(value), at, at)
    return list(changes.values())


def _attributes(row: LeadRow) -> dict[str, Any]:
    attributes = {name: value for name, value in row.account.items() if name != "id"}
    if "domain" in attributes:
        attributes["domain"] = str(attributes["domain"]).lower()
    return attributes
