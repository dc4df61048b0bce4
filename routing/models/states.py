"""What a PQL goes through, and why it ends: the words of the lifecycle (design, section 7)."""

from django.db import models


class State(models.TextChoices):
    NEW = "new", "New"
    ASSIGNED = "assigned", "Assigned"
    ACCEPTED = "accepted", "Accepted"
    CONTACTED = "contacted", "Contacted"
    OPPORTUNITY = "opportunity", "Opportunity"
    WON = "won", "Won"
    LOST = "lost", "Lost"
    REJECTED = "rejected", "Rejected"
    SNOOZED = "snoozed", "Snoozed"
    EXPIRED = "expired", "Expired"


OPEN_STATES = (
    State.NEW,
    State.ASSIGNED,
    State.ACCEPTED,
    State.CONTACTED,
    State.OPPORTUNITY,
    State.SNOOZED,
)
CLOSED_STATES = (State.WON, State.LOST, State.REJECTED, State.EXPIRED)
COOLED_STATES = (State.LOST, State.REJECTED, State.EXPIRED)


class Review(models.TextChoices):
    """Whether somebody has to look at a PQL before it is dealt (docs/adr/0024)."""

    NONE = "", "Not needed"
    WAITING = "waiting", "To review"
    PASSED = "passed", "Worth working"
    DISMISSED = "dismissed", "Not worth working"


# What a rep is never shown: nobody has said yet that it is worth working.
UNREVIEWED = (Review.WAITING, Review.DISMISSED)


class RejectReason(models.TextChoices):
    NOT_ICP = "not_icp", "Not our kind of company"
    NO_AUTHORITY = "no_authority", "Wrong person, no say in buying"
    NO_INTENT = "no_intent", "Not looking to buy"
    ALREADY_CUSTOMER = "already_customer", "Already a customer"
    ALREADY_WORKED = "already_worked", "Somebody else works this account"
    COMPETITOR = "competitor", "Competitor"
    BAD_DATA = "bad_data", "Wrong or missing data"
    OTHER = "other", "Something else (say what)"


class ClosingReason(models.TextChoices):
    """How a PQL that was not rejected came to its end."""

    SALES = "sales", "Won by sales"
    SELF_SERVE = "self_serve", "Bought without help (self-serve)"
    NO_ANSWER = "no_answer", "No answer any more"
    PRICE = "price", "Too expensive"
    TIMING = "timing", "Not now"
    CHOSE_OTHER = "chose_other", "Chose another product"
    MISSING = "missing", "Something is missing in the product"
    NO_NEED = "no_need", "No need after all"
    OTHER = "other", "Something else (say what)"
    NOT_SAID = "not_said", "No reason told"
    QUIET = "quiet", "No PQL any more, and nobody had begun"
    DOUBLE = "double", "The same person's other PQL goes on"


WON_REASONS = (ClosingReason.SALES, ClosingReason.SELF_SERVE)
EXPIRED_REASONS = (ClosingReason.QUIET, ClosingReason.DOUBLE)
LOST_REASONS = tuple(
    reason for reason in ClosingReason if reason not in {*WON_REASONS, *EXPIRED_REASONS}
)
# What people choose from: that nobody told a reason is for what comes from elsewhere.
LOST_CHOICES = [(r.value, r.label) for r in LOST_REASONS if r != ClosingReason.NOT_SAID]
