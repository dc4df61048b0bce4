"""Find and make the accounts that messages name, and attach leads to them by e-mail domain."""

from collections.abc import Iterable

from django.db import OperationalError, connection

from leads.attributes import ACCOUNT, Statement
from leads.ingest.times import OLDEST
from leads.ingest.traits import FREE_MAIL

MAX_ROUNDS = 3


def find_or_make_accounts(external_ids: Iterable[str], *, is_synthetic: bool) -> dict[str, int]:
    """Return the account id of each group id, making the accounts nobody named before."""
    wanted = sorted(set(external_ids))
    for _ in range(MAX_ROUNDS):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT external_id, id FROM leads_account WHERE external_id = ANY(%s)", [wanted]
            )
            found: dict[str, int] = dict(cursor.fetchall())
            missing = [external_id for external_id in wanted if external_id not in found]
            if not missing:
                return found
            cursor.execute(
                "INSERT INTO leads_account"
                " (external_id, name, domain, attributes, is_synthetic, created_at)"
                " SELECT external_id, '', '', '{}', %s, now() FROM unnest(%s::text[]) external_id"
                " ON CONFLICT (external_id) DO NOTHING RETURNING external_id, id",
                [is_synthetic, missing],
            )
            found |= dict(cursor.fetchall())
        if len(found) == len(wanted):
            return found
    raise OperationalError("Accounts changed faster than they could be read; try again.")


def lock_accounts(account_ids: Iterable[int]) -> None:
    """Lock accounts whose attributes are to change, in id order."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM leads_account WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE",
            [sorted(account_ids)],
        )


# One statement for each direction: with OR between them PostgreSQL would read every lead.
_BY_DOMAIN = {
    side: f"""
SELECT l.id, (SELECT min(b.id) FROM leads_account b WHERE b.domain = a.domain)
FROM leads_lead l JOIN leads_account a ON a.domain = split_part(l.email, '@', 2)
WHERE l.account_id IS NULL AND l.merged_into_id IS NULL AND l.email <> ''
  AND a.domain <> '' AND a.domain <> ALL(%s) AND {side} = ANY(%s)
ORDER BY l.id FOR NO KEY UPDATE OF l
"""  # noqa: S608  fixed names
    for side in ("l.id", "a.id")
}


def attachments_by_domain(
    *, lead_ids: Iterable[int] = (), account_ids: Iterable[int] = ()
) -> dict[int, dict[str, list[Statement]]]:
    """State the account of leads without one whose business e-mail has an account's domain.

    Of these leads, and of any leads whose domain is that of these accounts; the leads are locked.
    It is the weakest statement there is, dated at the beginning of time: whatever a source says
    of a lead's account is newer. Accounts are never made from a domain.
    """
    attached: dict[int, int] = {}
    with connection.cursor() as cursor:
        for side, ids in (("l.id", sorted(lead_ids)), ("a.id", sorted(account_ids))):
            if ids:
                cursor.execute(_BY_DOMAIN[side], [sorted(FREE_MAIL), ids])
                attached |= dict(cursor.fetchall())
    return {lead_id: {ACCOUNT: [(OLDEST, account_id)]} for lead_id, account_id in attached.items()}
