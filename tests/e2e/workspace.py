"""A workspace with something to do: the standard rubric published, a source, a rep, a token."""

from dataclasses import dataclass

from tests.e2e.stack import Stack

_MAKE = """
import json
from django.contrib.auth.models import User
from django.utils import timezone
from integrations.models import ApiToken
from leads.models import Product
from leads.services import create_source
from routing.models import Rep, Team
from rubrics.presets import load_preset
from rubrics.publishing import publish_now
from rubrics.services import load_rubric

at = timezone.now()
product = Product.objects.create(key="app", name="App")
draft = load_rubric(load_preset("standard"), product=product, by=None, at=at)
publish_now(draft, by=None, at=at)
source, write_key = create_source(name="Website", product=product)
user = User.objects.create_user("rita", "rita@ripeline.example")
Rep.objects.create(user=user, team=Team.objects.create(name="Sales"))
_, token = ApiToken.objects.issue(name="reader", user_id=user.pk, scopes=["read:scores"])
print(json.dumps({"write_key": write_key, "token": token}))
"""


@dataclass(frozen=True)
class Workspace:
    """The keys to it."""

    write_key: str
    token: str


def make_workspace(stack: Stack) -> Workspace:
    """Fill the empty stack."""
    made = stack.manage_json("shell", "--no-imports", "-c", _MAKE)
    return Workspace(made["write_key"], made["token"])
