"""Signals in the admin, with the versions that name them."""

from django.contrib import admin

from leads.admin.signals import SignalAdmin
from leads.models import Signal
from rubrics.uses import versions_naming

MOST_NAMED = 5

admin.site.unregister(Signal)


@admin.register(Signal)
class JudgedSignalAdmin(SignalAdmin):
    """A version that names a signal there is not cannot be scored: then nobody has a new score."""

    instead_of_deleting = (
        f"{SignalAdmin.instead_of_deleting} A version that was ever published names it for good; "
        "to give no more points for it, leave it out of the next version."
    )

    def in_use_by(self, obj: Signal) -> list[str]:
        naming = versions_naming(obj)
        told = [f"{one} ({one.get_status_display().lower()})" for one in naming[:MOST_NAMED]]
        more = len(naming) - MOST_NAMED
        return [*super().in_use_by(obj), *told, *([f"{more} versions more"] if more > 0 else [])]
