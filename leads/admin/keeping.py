"""What is in use is not deleted: the page says by what, and what to do instead."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.db.models import Model
from django.db.models.deletion import PROTECT, get_candidate_relations_to_delete
from django.db.models.options import Options
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from unfold.admin import ModelAdmin


class KeepsWhatIsInUse(ModelAdmin):
    """Looks whether something uses an object before its deletion is even asked about.

    Django's own page would load and list every row in the way: all events of a source.
    """

    instead_of_deleting = "Take it out there first."
    """What to do about something in use, in whole sentences."""

    def in_use_by(self, obj: Any) -> Sequence[str]:
        """What uses it, in words such as ``trials``; nothing: it may be deleted.

        By the models that protect it. An admin class adds what the database does not know, and
        leaves out what it has no index for.
        """
        return list(_protecting(obj))

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        obj = self.get_object(request, unquote(object_id))
        uses = self.in_use_by(obj) if obj and self.has_delete_permission(request, obj) else ()
        if not uses:
            answer: HttpResponse = super().delete_view(request, object_id, extra_context)
            return answer
        told = f"“{obj}” is not deleted. In use by: {', '.join(uses)}. {self.instead_of_deleting}"
        self.message_user(request, told, messages.ERROR)
        page = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
        return HttpResponseRedirect(reverse(page, args=[object_id]))

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Without deleting many at a time, which would go past what is in use."""
        actions: dict[str, Any] = super().get_actions(request)
        looks_itself = type(self).in_use_by is not KeepsWhatIsInUse.in_use_by
        if looks_itself or any(_protections(self.opts)):
            actions.pop("delete_selected", None)
        return actions


def _protections(options: Options[Any]) -> Iterator[Any]:
    """The relations from other models that keep a row from being deleted."""
    relations: Iterable[Any] = get_candidate_relations_to_delete(options)
    for relation in relations:
        if relation.on_delete is PROTECT:
            yield relation


def _protecting(obj: Model) -> Iterator[str]:
    """The models with rows that need the object; of each, one row is looked for."""
    for relation in _protections(obj._meta):
        model = relation.related_model
        if model._base_manager.filter(**{relation.field.name: obj}).exists():
            yield str(model._meta.verbose_name_plural)
