"""What is told to whom, when and in which words.

An alert is a row in its recipient's inbox, made once for each cause. Ways out of the application
(Slack, e-mail, webhooks) take what is due with :func:`claim_messages`.
"""

from routing.alerts.answering import managers_of, managers_of_all
from routing.alerts.content import Content, Figure, Link, Reason, Scores
from routing.alerts.due import Message, claim_messages, mark_delivered
from routing.alerts.making import make_alerts, raise_alert, raise_notice
from routing.alerts.of_tasks import remind_of_tasks, tell_of_tasks

__all__ = [
    "Content",
    "Figure",
    "Link",
    "Message",
    "Reason",
    "Scores",
    "claim_messages",
    "make_alerts",
    "managers_of",
    "managers_of_all",
    "mark_delivered",
    "raise_alert",
    "raise_notice",
    "remind_of_tasks",
    "tell_of_tasks",
]
