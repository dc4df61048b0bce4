"""What a condition may ask about: the field's name in documents, its label, and its kind."""

from dataclasses import dataclass
from enum import StrEnum

from routing.dealing.facts import ATTRIBUTE_OWNERS


class Kind(StrEnum):
    TEXT = "text"
    NUMBER = "number"
    COUNTRY = "country"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class Field:
    """One thing a condition can be about."""

    name: str
    label: str
    kind: Kind


FIELDS = {
    one.name: one
    for one in (
        Field("product", "Product", Kind.TEXT),
        Field("segment", "Segment", Kind.TEXT),
        Field("rubric", "Rubric", Kind.TEXT),
        Field("band", "Band", Kind.TEXT),
        Field("tier", "Tier", Kind.NUMBER),
        Field("total", "Total", Kind.NUMBER),
        Field("fit", "Fit", Kind.NUMBER),
        Field("behavior", "Behavior", Kind.NUMBER),
        Field("country", "Country", Kind.COUNTRY),
        Field("region", "Region", Kind.TEXT),
        Field("industry", "Industry", Kind.TEXT),
        Field("employees", "Employees", Kind.NUMBER),
        Field("account_total", "Account total", Kind.NUMBER),
        Field("account_band", "Account band", Kind.TEXT),
        Field("account_id", "Account number", Kind.NUMBER),
        Field("trial_days_left", "Days left of the trial", Kind.NUMBER),
    )
}

_BY_LABEL = {one.label.casefold(): one for one in FIELDS.values()}


def find_field(name: str) -> Field | None:
    """The field of this name or label; any attribute as ``lead.title``, ``account.plan``."""
    name = name.strip()
    found = FIELDS.get(name) or _BY_LABEL.get(name.casefold())
    if found is not None:
        return found
    owner, _, attribute = name.partition(".")
    if owner.lower() not in ATTRIBUTE_OWNERS or not attribute.strip():
        return None
    owner, attribute = owner.lower(), attribute.strip()
    return Field(f"{owner}.{attribute}", f"{owner.capitalize()}’s {attribute}", Kind.ANY)
