"""Traits as senders write them -> the attributes rubrics read (docs/ingest.md lists them). Pure.

Both camelCase and snake_case are understood. What is not listed here is kept under its own name.
"""

import re
from typing import Any
from urllib.parse import urlsplit

MAX_NAME = 100
LEAD_NAMES = {
    "firstName": "first_name",
    "lastName": "last_name",
    "jobTitle": "title",
    "job_title": "title",
    "createdAt": "created_at",
    "trialEndsAt": "trial_ends_at",
    "employeeCount": "employees",
    "employee_count": "employees",
    "techStack": "technologies",
    "tech_stack": "technologies",
}
ACCOUNT_NAMES = {
    "createdAt": "created_at",
    "employeeCount": "employees",
    "employee_count": "employees",
    "techStack": "technologies",
    "tech_stack": "technologies",
}
# What an identify says of the company even when it stands among the person's own traits.
COMPANY_FACTS = ("employees", "industry", "technologies")
# Attaching people by these domains would put strangers into one company. The rubrics' full list
# of personal domains judges; this short one only keeps accounts apart.
# fmt: off
FREE_MAIL = frozenset((
    "126.com", "163.com", "aol.com", "fastmail.com", "gmail.com", "gmx.com", "gmx.de", "gmx.net",
    "googlemail.com", "hey.com", "hotmail.com", "icloud.com", "live.com", "mail.com", "mail.ru",
    "me.com", "msn.com", "outlook.com", "pm.me", "proton.me", "protonmail.com", "qq.com",
    "web.de", "yahoo.co.uk", "yahoo.com", "yandex.com", "yandex.ru", "zoho.com",
))
# fmt: on
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+")
_DOMAIN = re.compile(r"(?:[a-z0-9-]{1,63}\.)+[a-z0-9-]{2,63}")
_FIRST_NUMBER = re.compile(r"\d+(?:\.\d+)?")


def lead_attributes(traits: dict[str, Any]) -> dict[str, Any]:
    """Return the attributes an identify states of a person."""
    attributes = _renamed(traits, LEAD_NAMES)
    if "email" in attributes:
        attributes["email"] = read_email(attributes["email"])
    if not attributes.get("name"):
        parts = [attributes.get("first_name"), attributes.get("last_name")]
        full = " ".join(part.strip() for part in parts if isinstance(part, str) and part.strip())
        if full:
            attributes["name"] = full
    return attributes


def account_attributes(traits: dict[str, Any]) -> dict[str, Any]:
    """Return the attributes a group, or the ``company`` of an identify, states of a company."""
    attributes = _renamed(traits, ACCOUNT_NAMES)
    attributes.pop("id", None)
    domain = read_domain(attributes.get("domain")) or read_domain(attributes.get("website"))
    if domain:
        attributes["domain"] = domain
    else:
        attributes.pop("domain", None)
    return attributes


def company_of(traits: dict[str, Any], lead: dict[str, Any]) -> dict[str, Any]:
    """Return what an identify with ``traits``, already read as ``lead``, says of the company."""
    company = traits.get("company")
    stated = account_attributes(dict(company)) if isinstance(company, dict) else {}
    return {name: lead[name] for name in COMPANY_FACTS if name in lead} | stated


def read_email(value: Any) -> str | None:
    """Return an e-mail trimmed and lower-cased, or None if it is none. Dots and tags stay."""
    if not isinstance(value, str):
        return None
    email = value.strip().lower()
    return email if len(email) <= 254 and _EMAIL.fullmatch(email) else None


def read_domain(value: Any) -> str | None:
    """Return the bare domain of a domain or web address, or None."""
    if not isinstance(value, str):
        return None
    text = value.strip().lower()
    try:
        host = urlsplit(text if "//" in text else f"//{text}").hostname or ""
    except ValueError:
        return None
    host = host.removeprefix("www.").rstrip(".")
    return host if len(host) <= 253 and _DOMAIN.fullmatch(host) else None


def business_domain(email: Any) -> str | None:
    """Return the domain of an e-mail, or None if it is missing or of a free-mail provider."""
    if not isinstance(email, str) or "@" not in email:
        return None
    domain = email.rpartition("@")[2]
    return None if domain in FREE_MAIL else domain


def read_employees(value: Any) -> int | float | None:
    """Return a head count: a number, or the lower bound of a range such as "51-250" or "10,001+".

    The lower bound is what the sender is sure of; a midpoint would be invented.
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return value if value >= 0 else None
    if isinstance(value, str) and len(value) <= 60:
        found = _FIRST_NUMBER.search(re.sub(r"(?<=\d)[, \u00a0'](?=\d{3}\b)", "", value))
        if found and found.group().isascii():
            number = float(found.group())
            return int(number) if number.is_integer() else number
    return None


def read_technologies(value: Any) -> list[str] | None:
    """Return a list of names from a list or from text with commas; each once, in order."""
    items = value.split(",") if isinstance(value, str) else value
    if not isinstance(items, list):
        return None
    names = [item.strip() for item in items if isinstance(item, str)]
    return list(dict.fromkeys(name for name in names if name))


def _renamed(traits: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    """Reserved names made ours, the others kept; the sender's own spelling of ours wins."""
    renamed = {}
    for name, value in traits.items():
        ours = names.get(name, name)
        if not ours or len(ours) > MAX_NAME or ours.startswith("$"):
            continue  # "$" marks our own bookkeeping in the history
        if ours not in renamed or ours == name:
            renamed[ours] = value
    address = renamed.get("address")
    if "country" not in renamed and isinstance(address, dict) and address.get("country"):
        renamed["country"] = address["country"]
    for name, read in (("employees", read_employees), ("technologies", read_technologies)):
        if renamed.get(name) is not None:
            value = read(renamed[name])
            if value is None:
                del renamed[name]
            else:
                renamed[name] = value
    return renamed
