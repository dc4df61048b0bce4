"""Whom a step of an SLA is told to, and in which words."""

import logging
from datetime import datetime

from routing.dealing.deadlines import Step
from routing.models import Qualification, Rep

logger = logging.getLogger(__name__)


def tell(pql: Qualification, step: Step, reason: str, *, at: datetime) -> None:
    """Tell the rep of a reminder, and the manager of a PQL that waits too long."""
    logger.info("SLA step %s of PQL %s", step, pql.pk)


def tell_former(pql: Qualification, former: Rep | None, reason: str, *, at: datetime) -> None:
    """Tell who had it that somebody else has it now."""
    logger.info("PQL %s was passed on", pql.pk)


def tell_paused(pql: Qualification, rep: Rep, passed: int, *, at: datetime) -> None:
    """Tell a rep and their manager that the rep gets nothing new until they act."""
    logger.info("Rep %s is paused after %s PQLs let pass", rep.pk, passed)
