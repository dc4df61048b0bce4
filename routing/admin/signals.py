"""Signals in the admin, with the plays that wait for them."""

from django.contrib import admin

from leads.models import Signal
from routing.models import Play
from rubrics.admin.signals import JudgedSignalAdmin

admin.site.unregister(Signal)


@admin.register(Signal)
class PlayedSignalAdmin(JudgedSignalAdmin):
    """A play that waits for a signal there is not would stand switched on and never act again."""

    def in_use_by(self, obj: Signal) -> list[str]:
        waiting = Play.objects.waiting_for(obj)
        return [*super().in_use_by(obj), *(f"the play “{play}”" for play in waiting)]
