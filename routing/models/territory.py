from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from leads.models import Account
from routing.dealing.territories import Area
from routing.models.rep import Rep


def _texts(help_text: str) -> ArrayField[list[str], list[str]]:
    return ArrayField(
        models.CharField(max_length=80), default=list, blank=True, help_text=help_text
    )


class Territory(models.Model):
    """A named part of the market, and the reps who work it. What is empty is not asked for."""

    name = models.CharField(max_length=120, unique=True)
    countries = _texts(
        "Codes or names: DE, Austria. A lead in one of these or of the regions fits."
    )
    regions = _texts("NA, LATAM, EMEA, APAC, or whatever your sources send as region.")
    industries = _texts("As your sources send them: SaaS, Fintech.")
    employees_from = models.PositiveIntegerField(
        "employees from", null=True, blank=True, help_text="Empty: no lower bound."
    )
    employees_to = models.PositiveIntegerField(
        "employees to", null=True, blank=True, help_text="Included. Empty: no upper bound."
    )
    reps = models.ManyToManyField(
        Rep,
        blank=True,
        related_name="territories",
        help_text="Who works it. Rules can deal among them.",
    )

    class Meta:
        verbose_name_plural = "territories"
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(employees_from=None)
                | Q(employees_to=None)
                | Q(employees_to__gte=F("employees_from")),
                name="territory_size_band_in_order",
                violation_error_message="“Employees to” is below “Employees from”. Swap them.",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def area(self) -> Area:
        """As the dealing takes it. Reads the reps unless they are prefetched."""
        return Area(
            id=self.pk,
            name=self.name,
            countries=tuple(self.countries),
            regions=tuple(self.regions),
            industries=tuple(self.industries),
            employees_from=self.employees_from,
            employees_to=self.employees_to,
            reps=frozenset(rep.pk for rep in self.reps.all()),
        )

    @property
    def document(self) -> dict[str, object]:
        """What the audit log compares."""
        return {
            "name": self.name,
            "countries": self.countries,
            "regions": self.regions,
            "industries": self.industries,
            "employees_from": self.employees_from,
            "employees_to": self.employees_to,
            "reps": sorted(str(rep) for rep in self.reps.select_related("user")),
        }


class AccountOwner(models.Model):
    """The rep who owns an account: rules can give them every PQL of it."""

    account = models.OneToOneField(Account, on_delete=models.CASCADE, related_name="+")
    rep = models.ForeignKey(Rep, on_delete=models.CASCADE, related_name="owned_accounts")
    since = models.DateTimeField()

    class Meta:
        ordering = ["account"]

    def __str__(self) -> str:
        return f"{self.account} is {self.rep}’s"
