"""The admin's sidebar and overview: facts, judgement, action, the edge."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from leads.catalogue.silence import counted_at, silent_sources
from routing.reports import has_synthetic_data
from rubrics.models import Proof, RubricVersion, SetupGuide


@dataclass(frozen=True)
class Entry:
    """One model's list in the admin."""

    title: str
    icon: str
    model: str
    says: str

    @property
    def link(self) -> str:
        return reverse(f"admin:{self.model.replace('.', '_')}_changelist")

    def is_visible_to(self, request: HttpRequest) -> bool:
        app, name = self.model.split(".")
        can = request.user.has_perm
        return can(f"{app}.view_{name}") or can(f"{app}.change_{name}")


GROUPS: dict[str, tuple[Entry, ...]] = {
    "Facts": (
        Entry("Leads", "person", "leads.lead", "Who tries the product"),
        Entry("Accounts", "apartment", "leads.account", "Their companies"),
        Entry("Events", "bolt", "leads.event", "What they did, as received"),
        Entry("Event catalogue", "menu_book", "leads.eventtype", "What sources send, how much"),
        Entry("Signals", "sensors", "leads.signal", "Which events count as what"),
        Entry("Outcomes", "flag", "leads.outcome", "What became of them"),
        Entry("Products", "deployed_code", "leads.product", "What is being tried"),
    ),
    "Judgement": (
        Entry(
            "Set-up guide", "explore", "rubrics.setupguide", "Which rubric to begin with, and why"
        ),
        Entry("Rubrics", "rule", "rubrics.rubric", "The scoring models"),
        Entry("Versions", "history", "rubrics.rubricversion", "Drafts, published and retired"),
        Entry("Golden leads", "star", "rubrics.goldenlead", "Leads that must come out so, or so"),
        Entry(
            "Previews", "preview", "rubrics.preview", "What a draft would change, before it does"
        ),
        Entry("Publications", "publish", "rubrics.publication", "Which version went live when"),
        Entry("Scores", "leaderboard", "rubrics.score", "What each lead is worth, and why"),
        Entry("Account scores", "domain", "rubrics.accountscore", "What each company is worth"),
        Entry("Data audits", "fact_check", "rubrics.dataaudit", "Is what rubrics need there?"),
        Entry("Backtests", "query_stats", "rubrics.backtest", "Do the scores predict conversion?"),
        Entry("Audit log", "policy", "leads.auditentry", "Who changed what, when and why"),
        Entry("Proofs", "verified", "rubrics.proof", "Every score, derived again from the facts"),
    ),
    "Action": (
        Entry("PQLs", "inbox", "routing.qualification", "Episodes of work"),
        Entry("Plays", "bolt", "routing.play", "When this happens, do that"),
        Entry("Play runs", "receipt_long", "routing.playrun", "What plays did, and why not"),
        Entry("Tasks", "task_alt", "routing.task", "What reps have to do, and did"),
        Entry("Messages", "drafts", "routing.messagetemplate", "First words reps are offered"),
        Entry("Assignment rules", "alt_route", "routing.ruleset", "Who gets which PQL"),
        Entry("Territories", "map", "routing.territory", "Parts of the market, and their reps"),
        Entry("Account owners", "handshake", "routing.accountowner", "Whose accounts are whose"),
        Entry("Routing log", "route", "routing.routingdecision", "Who got which PQL, and why"),
        Entry("Replays", "replay", "routing.replay", "Past days dealt again by other rules"),
        Entry("Reps", "badge", "routing.rep", "Who works them"),
        Entry("Teams", "groups", "routing.team", "Whom they are dealt among"),
        Entry(
            "Review policies", "rate_review", "routing.reviewpolicy", "PQLs somebody looks at first"
        ),
        Entry(
            "Lifecycle policies",
            "autorenew",
            "routing.lifecyclepolicy",
            "Qualifying again, and letting go",
        ),
        Entry("Pilots", "science", "routing.pilot", "Try PQLs with a few reps, and compare"),
        Entry("Alerts", "notifications", "routing.alert", "What people were told, and when"),
        Entry("Severity rules", "priority_high", "routing.severityrule", "How pressing alerts are"),
        Entry("Alert settings", "tune", "routing.alertpreference", "When and how teams are told"),
        Entry("SLA policies", "timer", "routing.slapolicy", "How soon a rep has to act"),
        Entry("SLA steps", "alarm_on", "routing.slaevent", "Reminders, breaches, PQLs passed on"),
        Entry("Days off", "event_busy", "routing.dayoff", "Holidays: a rep's, or everybody's"),
    ),
    "Edge": (
        Entry("Sources", "input", "leads.source", "Where events come from; write keys"),
        Entry("Rejected messages", "report", "leads.rejectedmessage", "Set aside; replay them"),
        Entry(
            "Destinations", "outbox", "integrations.destination", "Where results go; how they are"
        ),
        Entry("Deliveries", "outgoing_mail", "integrations.delivery", "Owed, sent and given up"),
        Entry("Slack users", "tag", "integrations.slackuser", "Who is who in Slack"),
        Entry("API tokens", "key", "integrations.apitoken", "Scoped keys to the API"),
        Entry("People", "manage_accounts", "auth.user", "Who may sign in"),
        Entry("Groups", "shield_person", "auth.group", "What they may do"),
    ),
    # What the pages above link to, and what is looked at when something is wrong.
    "Under the hood": (
        Entry("Hits", "ads_click", "leads.hit", "Events counted by signal"),
        Entry("Signal mappings", "conversion_path", "leads.signalmapping", "All in one list"),
        Entry("Remappings", "published_with_changes", "leads.remapjob", "Of past events"),
        Entry("Identities", "fingerprint", "leads.identity", "How sources name a lead"),
        Entry("Trials", "hourglass", "leads.trial", "Who tries what, since when"),
        Entry("Attribute history", "manage_history", "leads.attributechange", "Known when"),
        Entry("Lead merges", "merge", "leads.leadmerge", "Two that became one"),
        Entry("Scoring backlog", "pending_actions", "leads.leadchange", "Leads to be scored"),
        Entry("Accounts' backlog", "pending", "leads.accountchange", "Accounts to be scored"),
        Entry("Criteria", "checklist", "rubrics.criterion", "Of every version"),
        Entry("Score history", "timeline", "rubrics.scorechange", "Every change of a score"),
        Entry("Previewed leads", "move_up", "rubrics.previewlead", "Who enters and who leaves"),
        Entry("Dry runs", "history", "routing.playdryrun", "Plays tried on last week"),
        Entry("Owed events", "webhook", "routing.owedevent", "What webhooks are to tell"),
        Entry("Slack actions", "touch_app", "integrations.slackaction", "Clicks dealt with"),
        Entry("Mismatches", "rule_settings", "rubrics.proofmismatch", "Of every proof"),
    ),
}


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """The groups for unfold, with a link back to the queue on top."""
    queue = {"title": "PQL queue", "icon": "arrow_back", "link": "/", "active": False}
    index = reverse("admin:index")
    home = {"title": "Overview", "icon": "home", "link": index, "active": request.path == index}
    return [
        {"items": [queue, home]},
        *(
            {
                "title": title,
                "separator": True,
                "collapsible": title == "Under the hood",
                "items": [
                    {"title": entry.title, "icon": entry.icon, "link": entry.link}
                    for entry in entries
                ],
            }
            for title, entries in _visible(request).items()
        ),
    ]


def overview(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Context of the admin's first page: the same groups, with a word on each list, and the
    newest proof that the scores are right, sources that went silent, and the set-up guide until
    somebody answered it."""
    proven = None
    if request.user.has_perm("rubrics.view_proof"):
        proven = Proof.objects.finished().of_all().first()
    silent = []
    if request.user.has_perm("leads.view_source"):
        silent = silent_sources(counted_at() or timezone.now())
    return {
        **context,
        "groups": _visible(request),
        "proof": proven,
        "silent": silent,
        "offers_guide": _offers_guide(request),
    }


def _offers_guide(request: HttpRequest) -> bool:
    """Nothing scores yet, or nobody answered the guide."""
    if not request.user.has_perm("rubrics.add_setupguide"):
        return False
    is_answered = SetupGuide.objects.finished().exists()
    return not (is_answered and RubricVersion.objects.published().exists())


def _visible(request: HttpRequest) -> dict[str, list[Entry]]:
    seen = {
        title: [entry for entry in entries if entry.is_visible_to(request)]
        for title, entries in GROUPS.items()
    }
    return {title: entries for title, entries in seen.items() if entries}


def environment(request: HttpRequest) -> list[str] | None:
    """The label beside the user's name: that data here is made up, where it is."""
    return ["Synthetic demo data", "warning"] if has_synthetic_data() else None
