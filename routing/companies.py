"""An account's page: what the company is worth, why, and how that came to be."""

from dataclasses import dataclass
from datetime import datetime

from leads.models import Account
from routing.charts import Chart, Point, step_chart
from routing.people import HISTORY_ROWS, AxisLines, axis_lines
from routing.reasons import missing
from routing.reports import account_score_history
from rubrics.accounts import Standing, standings
from rubrics.models import AccountScore, AccountScoreChange
from rubrics.scoring.types import Axis


@dataclass(frozen=True, slots=True)
class ExplainedAccount:
    """One score of an account with its reasons and its past."""

    standing: Standing
    axes: tuple[AxisLines, AxisLines]
    missing: list[str]
    chart: Chart | None
    history: list[AccountScoreChange]

    @property
    def score(self) -> AccountScore:
        return self.standing.score

    @property
    def has_unknowns(self) -> bool:
        return self.score.fit_high > self.score.fit


def explained_account(account: Account, *, at: datetime) -> list[ExplainedAccount]:
    """The account's scores, one a product; the one that counts first."""
    return [_explained(standing, at) for standing in standings(account)]


def _explained(standing: Standing, at: datetime) -> ExplainedAccount:
    score, version = standing.score, standing.score.version
    changes = account_score_history(account_id=score.account_id, product_id=score.product_id)
    points = [Point(change.at, change.fit, change.behavior, change.total) for change in changes]
    return ExplainedAccount(
        standing=standing,
        axes=(
            axis_lines(Axis.FIT, score.fit, version.max_fit, standing.lines),
            axis_lines(Axis.BEHAVIOR, score.behavior, version.max_behavior, standing.lines),
        ),
        missing=missing(score),
        chart=step_chart(
            points, until=max(at, score.at), threshold=version.min_total, top=standing.maximum
        ),
        history=changes[::-1][:HISTORY_ROWS],
    )
