"""Who works in the demo: the people who sign in, their team, and what they sign in with."""

from __future__ import annotations

import secrets

from django.contrib.auth.models import Group, User

from integrations.demo.credentials import SignIn
from integrations.models import ApiToken
from integrations.models.token import Scope
from routing.models import Rep, Team

TEAM = "Sales"
REVIEWERS = "First look"
TOKEN_NAME = "Demo"  # noqa: S105 - the name of a token, not one
MANAGER = "manager"
# Role as shown, username, first name, last name, group.
STAFF = (
    ("RevOps", "revops", "Robin", "Vance", "RevOps"),
    ("manager", MANAGER, "Mara", "Ellis", "Manager"),
    ("rep", "rita", "Rita", "Lang", "Rep"),
    ("rep", "omar", "Omar", "Haddad", "Rep"),
    ("rep", "june", "June", "Castell", "Rep"),
    ("SDR", "sami", "Sami", "Okoro", "Rep"),
)
# Looks at PQLs before reps get them, and gets none.
REVIEWER = "sami"


def hire() -> tuple[SignIn, ...]:
    """Make the people who are missing; give everybody a new random password. Harmless twice."""
    signins = []
    for role, username, first_name, last_name, group in STAFF:
        password = secrets.token_urlsafe(9)
        user, _ = User.objects.get_or_create(
            username=username,
            defaults={
                "first_name": first_name,
                "last_name": last_name,
                "email": f"{username}@lumenboard.example",
                # Reps work in their queue alone; who leads them keeps golden leads and approves.
                "is_staff": group in ("RevOps", "Manager"),
            },
        )
        user.set_password(password)
        user.save(update_fields=["password"])
        user.groups.add(Group.objects.get(name=group))
        signins.append(SignIn(role, username, password))
    team, _ = Team.objects.get_or_create(
        name=TEAM, defaults={"manager": User.objects.get(username=MANAGER)}
    )
    reviewers, _ = Team.objects.get_or_create(
        name=REVIEWERS, defaults={"manager": team.manager, "reviews": True}
    )
    for _, username, _, _, group in STAFF:
        if group == "Rep":
            reviews = username == REVIEWER
            Rep.objects.get_or_create(
                user=User.objects.get(username=username),
                defaults={"team": reviewers if reviews else team, "is_available": not reviews},
            )
    return tuple(signins)


def issue_token() -> str:
    """Return a new API token of the demo's RevOps; the ones before it stop working."""
    user = User.objects.get(username="revops")
    ApiToken.objects.filter(user=user, name=TOKEN_NAME).delete()
    _, secret = ApiToken.objects.issue(name=TOKEN_NAME, user_id=user.pk, scopes=Scope.values)
    return secret
