"""Where the subject is in its trial. Whole microseconds: boundaries of days are exact."""

from psycopg import sql

from rubrics.measures.base import Names, Params, SubjectMeasure, age_us, plural
from rubrics.scoring.types import DAY_US


class TrialAge(SubjectMeasure):
    """How long ago the sign-up was; 0 if it is dated in the future."""

    key = "trial_age"
    label = "Time since the sign-up"
    unit = "duration"

    def value(self, params: Params, found: sql.Composable) -> sql.Composable:
        return age_us(sql.SQL("s.started_at"))

    def describe(self, params: Params, value: float | None, names: Names) -> str:
        return f"Signed up {_days(value)} ago"


class TrialOver(SubjectMeasure):
    """How long ago the trial ended; None while it runs, or if it has no end."""

    key = "trial_over"
    label = "Time since the trial ended"
    unit = "duration"

    def value(self, params: Params, found: sql.Composable) -> sql.Composable:
        return sql.SQL("CASE WHEN s.ends_at <= s.at THEN {} END").format(
            age_us(sql.SQL("s.ends_at"))
        )

    def changes(self, params: Params) -> list[sql.Composable]:
        return [sql.SQL("CASE WHEN s.ends_at > s.at THEN s.ends_at END")]

    def describe(self, params: Params, value: float | None, names: Names) -> str:
        return "Trial not over" if value is None else f"Trial over for {_days(value)}"


def _days(microseconds: float | None) -> str:
    return plural(int((microseconds or 0) // DAY_US), "day")
