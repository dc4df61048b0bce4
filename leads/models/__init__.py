"""The facts, one model per file."""

from leads.models.account import Account
from leads.models.attribute import AttributeChange
from leads.models.audit import AuditEntry
from leads.models.catalogue import CatalogueState, EventType, EventVolume
from leads.models.change import AccountChange, LeadChange
from leads.models.event import Event, EventKey, RejectedMessage
from leads.models.hit import Hit
from leads.models.identity import Identity, LeadMerge
from leads.models.job import Job, JobQuerySet, JobState
from leads.models.lead import Lead
from leads.models.outcome import Outcome
from leads.models.product import Product
from leads.models.remap import RemapJob
from leads.models.signal import Signal, SignalMapping
from leads.models.source import Source
from leads.models.trial import Trial

__all__ = [
    "Account",
    "AccountChange",
    "AttributeChange",
    "AuditEntry",
    "CatalogueState",
    "Event",
    "EventKey",
    "EventType",
    "EventVolume",
    "Hit",
    "Identity",
    "Job",
    "JobQuerySet",
    "JobState",
    "Lead",
    "LeadChange",
    "LeadMerge",
    "Outcome",
    "Product",
    "RejectedMessage",
    "RemapJob",
    "Signal",
    "SignalMapping",
    "Source",
    "Trial",
]
