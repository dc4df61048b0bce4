"""How names of things tell the moment they are of: as every page does, in its time zone."""

from datetime import datetime

from django.utils.formats import date_format
from django.utils.timezone import localtime


def moment_words(moment: datetime) -> str:
    """``27 Nov 2026, 14:05``."""
    return date_format(localtime(moment), "DATETIME_FORMAT")


def day_words(moment: datetime) -> str:
    """``27 Nov 2026``: the day that it is then in the time zone of the pages."""
    return date_format(localtime(moment), "DATE_FORMAT")
