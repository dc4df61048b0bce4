"""Who works PQLs, and the episodes of work."""

from routing.models.alert import Alert
from routing.models.alert_preference import AlertPreference, SeverityRule
from routing.models.availability import DayOff
from routing.models.change import StateChange
from routing.models.decision import RoutingDecision
from routing.models.digest import DigestSeen
from routing.models.draft import Draft
from routing.models.dry_run import PlayDryRun
from routing.models.forecast import Forecast
from routing.models.lead_mark import LeadStage, LeadTag
from routing.models.lifecycle import LifecyclePolicy
from routing.models.message import MessageTemplate
from routing.models.note import Note
from routing.models.onboarding import OnboardingSeen
from routing.models.owed_event import OwedEvent
from routing.models.pilot import Pilot, PilotCase, PilotVerdict
from routing.models.play import Play, PlayCursor
from routing.models.play_run import PlayRun
from routing.models.qualification import Qualification
from routing.models.rep import Rep, Team
from routing.models.replay import Replay, ReplayedPql
from routing.models.review import ReviewPolicy, ReviewWait
from routing.models.rule import AssignmentRule, DealTurn, RuleSet
from routing.models.saved_view import SavedView
from routing.models.sla import SlaEvent, SlaPolicy
from routing.models.task import Task
from routing.models.task_change import TaskChange
from routing.models.territory import AccountOwner, Territory
from routing.models.touch import Touch
from routing.models.visit import LeadVisit

__all__ = [
    "AccountOwner",
    "Alert",
    "AlertPreference",
    "AssignmentRule",
    "DayOff",
    "DealTurn",
    "DigestSeen",
    "Draft",
    "Forecast",
    "LeadStage",
    "LeadTag",
    "LeadVisit",
    "LifecyclePolicy",
    "MessageTemplate",
    "Note",
    "OnboardingSeen",
    "OwedEvent",
    "Pilot",
    "PilotCase",
    "PilotVerdict",
    "Play",
    "PlayCursor",
    "PlayDryRun",
    "PlayRun",
    "Qualification",
    "Rep",
    "Replay",
    "ReplayedPql",
    "ReviewPolicy",
    "ReviewWait",
    "RoutingDecision",
    "RuleSet",
    "SavedView",
    "SeverityRule",
    "SlaEvent",
    "SlaPolicy",
    "StateChange",
    "Task",
    "TaskChange",
    "Team",
    "Territory",
    "Touch",
]
