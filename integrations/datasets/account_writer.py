"""Write the companies that a file of leads names, and what was known of them from when on."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Q

from integrations.datasets.load import Load
from integrations.datasets.rows import LeadRow
from leads.attributes import Statement, write_statements
from leads.models import Account

NAMED_BY = ("external_id", "domain", "name")
Key = tuple[str, str]


def write_accounts(rows: Iterable[LeadRow], load: Load) -> tuple[dict[str, int], set[int]]:
    """Make the accounts not known yet, and tell all of them what the rows say.

    An account is named by ``id``, else ``domain``, else ``name``. Needs a transaction.

    Returns:
        Each lead's account id by its ``external_id``, and the ids of the accounts that changed.
    """
    named = sorted((row for row in rows if row.account), key=lambda row: row.created_at)
    keys = {row.external_id: _key(row.account) for row in named}
    ids = _known(set(keys.values()))
    new = list(dict.fromkeys(key for key in keys.values() if key not in ids))
    made = Account.objects.bulk_create(_account(key, load) for key in new)
    ids |= dict(zip(new, (account.pk for account in made), strict=True))
    statements: dict[int, dict[str, list[Statement]]] = defaultdict(lambda: defaultdict(list))
    for row in named:
        for name, value in _attributes(row).items():
            statements[ids[keys[row.external_id]]][name].append((row.created_at, value))
    list(Account.objects.select_for_update(no_key=True).filter(pk__in=statements).order_by("pk"))
    changed = write_statements("account", statements)
    return {external_id: ids[key] for external_id, key in keys.items()}, changed


def _key(account: Mapping[str, Any]) -> Key:
    if account.get("id"):
        return "external_id", str(account["id"])
    if account.get("domain"):
        return "domain", str(account["domain"]).lower()
    return "name", str(account["name"])


def _known(keys: set[Key]) -> dict[Key, int]:
    wanted = Q(pk__in=[])
    for field in NAMED_BY:
        wanted |= Q(**{f"{field}__in": sorted(value for kind, value in keys if kind == field)})
    found: dict[Key, int] = {}
    # Newest first, so that of several of one name the oldest stays.
    for account in Account.objects.filter(wanted).order_by("-pk"):
        for field in NAMED_BY:
            found[field, getattr(account, field)] = account.pk
    return {key: found[key] for key in keys if key in found}


def _account(key: Key, load: Load) -> Account:
    account = Account(is_synthetic=load.source.is_synthetic)
    setattr(account, *key)
    return account


def _attributes(row: LeadRow) -> dict[str, Any]:
    attributes = {name: value for name, value in row.account.items() if name != "id"}
    if "domain" in attributes:
        attributes["domain"] = str(attributes["domain"]).lower()
    return attributes
