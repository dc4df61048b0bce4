"""What the services of the judgement refuse; each message says what to do."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.timezone import localtime


class VersionNotPublishable(Exception):
    """The version cannot go live; the message names the field and the fix."""


class GateRefused(VersionNotPublishable):
    """The version could score, but what the company agreed on stands against it.

    ``problems`` say what, in words, one each. Who ``may_override`` can publish it all the same
    with a reason, which is kept in the audit log.
    """

    def __init__(self, version: object, problems: Sequence[str], *, may_override: bool) -> None:
        super().__init__(f"{version} is not published: {'; '.join(problems)}.")
        self.problems = tuple(problems)
        self.may_override = may_override


class PublicationEnded(Exception):
    """The publication is over: there is nothing left to cancel."""


class NotApprovable(Exception):
    """The step towards an approval cannot be taken; the message says what to do."""


class VersionNotRetirable(Exception):
    """The version does not score, or others need it; the message says what to do."""


class VersionNotEditable(Exception):
    """The version is no draft (any more); the message says what to do."""


class EditConflict(Exception):
    """Somebody else changed the same part since it was opened. Nothing was written.

    ``theirs`` is the part as it stands now (None: it is gone); ``by`` and ``at`` say who changed
    it last and when, where that is known.
    """

    def __init__(self, theirs: Any, *, by: str = "", at: datetime | None = None) -> None:
        when = f" at {localtime(at):%H:%M}" if at else ""
        super().__init__(f"{by or 'Somebody'} changed this{when}, after you opened it.")
        self.theirs, self.by, self.at = theirs, by, at
