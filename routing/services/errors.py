"""Why something cannot be done, in words a rep can read."""


class RoutingError(Exception):
    """Something that was asked for cannot be done; the message says why."""


class TransitionNotAllowed(RoutingError):
    """The PQL is not in a state that allows this, or somebody else was faster."""


class InvalidRequest(RoutingError):
    """What came with the request does not make sense: no reason, a moment in the past."""


class NotYours(RoutingError):
    """It is another person's to do."""


class NeedsConfirmation(RoutingError):
    """It can be done, but whoever asks should know something first, and say so again."""
