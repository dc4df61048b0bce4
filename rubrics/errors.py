"""What the services of the judgement refuse; each message says what to do."""


class VersionNotPublishable(Exception):
    """The version cannot go live; the message names the field and the fix."""


class VersionNotRetirable(Exception):
    """The version does not score, or others need it; the message says what to do."""
