"""The kinds of people who try the product: how they behave, and how likely they are to buy.

Rates are per visit. They are tuned so that the demo shows what the methodology calls typical:
5 to 8 % of trials convert, about a tenth of the sign-ups become PQLs, and 25 to 30 % of those buy.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from integrations.demo import words

BUYERS = {words.LEADERS: 40, words.MANAGERS: 40, words.DOERS: 20}
ANYBODY = {words.LEADERS: 18, words.MANAGERS: 32, words.DOERS: 50}


@dataclass(frozen=True, eq=False)
class Persona:
    """One kind of user.

    ``stay_days`` is how long they typically keep coming back, ``return_rate`` the chance of a
    visit on one of those days; ``rates`` the chance per visit of each deed that is not browsing.
    """

    key: str
    share: float
    stay_days: float
    return_rate: float
    diligence: float
    rates: Mapping[str, float]
    buys: float = 0.0
    titles: Mapping[tuple[str, ...], float] = field(default_factory=lambda: ANYBODY)
    domains: tuple[str, ...] = ()

    @property
    def has_company(self) -> bool:
        """Signs up with a company's address."""
        return not self.domains


CHAMPION = Persona(
    key="champion",
    share=7,
    stay_days=24,
    return_rate=0.62,
    diligence=0.85,
    titles=BUYERS,
    rates={
        "build": 0.7,
        "integrate": 0.22,
        "invite": 0.24,
        "pricing": 0.2,
        "checkout": 0.07,
        "premium": 0.12,
        "export": 0.2,
        "share": 0.35,
        "limit": 0.04,
        "administer": 0.05,
        "roll_out": 0.015,
    },
    buys=0.5,
)
EVALUATOR = Persona(
    key="evaluator",
    share=18,
    stay_days=10,
    return_rate=0.42,
    diligence=0.55,
    rates={
        "build": 0.24,
        "integrate": 0.025,
        "invite": 0.03,
        "pricing": 0.1,
        "checkout": 0.01,
        "premium": 0.06,
        "export": 0.09,
        "unsubscribe": 0.01,
        "share": 0.12,
        "limit": 0.02,
    },
    buys=0.11,
)
TOURIST = Persona(
    key="tourist",
    share=48,
    stay_days=2,
    return_rate=0.22,
    diligence=0.25,
    rates={"build": 0.12, "pricing": 0.08, "unsubscribe": 0.04},
    buys=0.03,
)
FREELANCER = Persona(
    key="freelancer",
    share=14,
    stay_days=12,
    return_rate=0.35,
    diligence=0.6,
    titles={("Freelance Consultant", "Founder", "Independent Analyst"): 1},
    domains=(words.FREE_MAIL,),
    rates={
        "build": 0.5,
        "integrate": 0.08,
        "invite": 0.02,
        "pricing": 0.15,
        "checkout": 0.02,
        "premium": 0.05,
        "export": 0.2,
        "downgrade": 0.02,
    },
    buys=0.05,
)
STUDENT = Persona(
    key="student",
    share=11,
    stay_days=8,
    return_rate=0.4,
    diligence=0.7,
    titles={("Student", "Research Assistant"): 1},
    domains=words.UNIVERSITIES,
    rates={"build": 0.5, "invite": 0.05, "export": 0.3, "premium": 0.05},
)
COMPETITOR = Persona(
    key="competitor",
    share=2,
    stay_days=6,
    return_rate=0.7,
    diligence=0.95,
    titles={("Product Manager", "Product Marketing Manager"): 1},
    domains=words.COMPETITORS,
    rates={"build": 0.6, "integrate": 0.3, "pricing": 0.5, "premium": 0.5, "export": 0.3},
)
# Of the colleagues whom a team brings along.
TEAM_SHARES = {CHAMPION: 14, EVALUATOR: 62, TOURIST: 24}
PERSONAS = (CHAMPION, EVALUATOR, TOURIST, FREELANCER, STUDENT, COMPETITOR)
