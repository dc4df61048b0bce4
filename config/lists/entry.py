"""A list of the admin: what it is, and what to do while it is empty."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse


@dataclass(frozen=True)
class Entry:
    """One model's list in the admin.

    ``says`` is a sentence for the overview and above the list; ``empty`` says how the first row
    comes about, for whoever opens the list before there is one, and ``first`` is the model in whose
    list that begins, if not in its own.
    """

    title: str
    icon: str
    model: str
    says: str
    empty: str = ""
    first: str = ""

    @property
    def link(self) -> str:
        return reverse(f"admin:{self.model.replace('.', '_')}_changelist")

    def is_visible_to(self, request: HttpRequest) -> bool:
        app, name = self.model.split(".")
        can = request.user.has_perm
        return can(f"{app}.view_{name}") or can(f"{app}.change_{name}")
