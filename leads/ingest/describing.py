"""What messages state of people and companies: attribute history, accounts, ends of trials."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db import connection

from leads.attributes import ACCOUNT, Statement, write_statements
from leads.ingest import accounts
from leads.ingest.traits import business_domain
from leads.ingest.types import Message
from leads.merging import TRIAL_ENDS
from leads.models import Source

StatementsByOwner = defaultdict[int, defaultdict[str, list[Statement]]]


@dataclass(slots=True)
class Changed:
    """Who needs a new score: these leads, and all leads of these accounts."""

    leads: set[int] = field(default_factory=set)
    accounts: set[int] = field(default_factory=set)


def describe(messages: Sequence[Message], leads: Sequence[int], *, source: Source) -> Changed:
    """Write what the messages state; return whose newest values changed."""
    groups = {message.group_id for message in messages if message.group_id is not None}
    has_statements = groups or any(
        message.lead_attributes or message.trial_ends_at for message in messages
    )
    if not has_statements:
        return Changed()
    account_of = (
        accounts.find_or_make_accounts(groups, is_synthetic=source.is_synthetic) if groups else {}
    )
    of_leads, of_accounts = _statements(messages, leads, account_of, source)
    changed = Changed()
    if of_leads:
        lock_described(of_leads)
        changed.leads = write_statements("lead", of_leads)
    if of_accounts:
        accounts.lock_accounts(of_accounts)
        changed.accounts = write_statements("account", of_accounts)
    changed.leads |= _attach_by_domain(of_leads, changed.accounts)
    return changed


def lock_described(lead_ids: Iterable[int]) -> None:
    """Lock leads whose attributes are to change, in id order; adding facts to them goes on."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM leads_lead WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE",
            [sorted(lead_ids)],
        )


def _statements(
    messages: Sequence[Message],
    leads: Sequence[int],
    account_of: dict[str, int],
    source: Source,
) -> tuple[StatementsByOwner, StatementsByOwner]:
    of_leads: StatementsByOwner = defaultdict(lambda: defaultdict(list))
    of_accounts: StatementsByOwner = defaultdict(lambda: defaultdict(list))
    for message, lead_id in zip(messages, leads, strict=True):
        at = message.occurred_at
        for name, value in message.lead_attributes.items():
            of_leads[lead_id][name].append((at, value))
        if message.trial_ends_at is not None and source.product_id is not None:
            of_leads[lead_id][f"{TRIAL_ENDS}{source.product_id}"].append(
                (at, message.trial_ends_at.isoformat())
            )
        if message.group_id is None:
            continue
        account_id = account_of[message.group_id]
        of_leads[lead_id][ACCOUNT].append((at, account_id))
        for name, value in message.account_attributes.items():
            of_accounts[account_id][name].append((at, value))
    return of_leads, of_accounts


def _attach_by_domain(of_leads: StatementsByOwner, changed_accounts: set[int]) -> set[int]:
    """Attach by domain the leads that just got an e-mail, and those of changed accounts."""
    with_domain = {
        lead_id
        for lead_id, stated in of_leads.items()
        if any(business_domain(email) for _, email in stated.get("email", ()))
    }
    if not with_domain and not changed_accounts:
        return set()
    return write_statements(
        "lead", accounts.attachments_by_domain(lead_ids=with_domain, account_ids=changed_accounts)
    )
