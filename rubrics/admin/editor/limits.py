"""What the editor's forms say of a number that is none, or too large: its field and the limit."""

from collections.abc import Iterable

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from rubrics.scoring.types import MOST_POINTS

_BOUNDS = (MinValueValidator, MaxValueValidator)


class OwnWords(forms.BaseForm):
    """A form whose number fields, added whenever, say in our words what is wrong with a number."""

    def full_clean(self) -> None:
        say_in_own_words(self.fields.values())
        super().full_clean()


def say_in_own_words(fields: Iterable[forms.Field]) -> None:
    """Name the field and the limit in what number fields say; the model's checks say it, too."""
    for field in fields:
        if isinstance(field, forms.MultiValueField):
            for part in field.fields:
                if isinstance(part, forms.IntegerField):
                    _say(part, str(field.label))
        elif isinstance(field, forms.IntegerField):  # a float's field is one, too
            _say(field, str(field.label))


def _say(field: forms.IntegerField, label: str) -> None:
    kind = "number" if isinstance(field, forms.FloatField) else "whole number"
    field.error_messages |= {
        "invalid": f"“{label}”: a {kind}, such as 10.",
        "max_value": f"“{label}”: {_limit(field.max_value)} or less.",
        "min_value": f"“{label}”: {_limit(field.min_value)} or more.",
    }


def _limit(known: object) -> str:
    """The limit, or what stands for it where only the check that fails knows it."""
    return f"{known:,}" if isinstance(known, int) else "%(limit_value)s"


def limit_by(field: forms.Field, column: object) -> None:
    """Bound a number by what makes sense in its column, rather than by what the database holds."""
    if not (isinstance(field, forms.IntegerField) and isinstance(column, models.Field)):
        return
    least = [one.limit_value for one in column.validators if isinstance(one, MinValueValidator)]
    most = [one.limit_value for one in column.validators if isinstance(one, MaxValueValidator)]
    field.min_value, field.max_value = max([0, *least]), min([MOST_POINTS, *most])
    others = [one for one in field.validators if not isinstance(one, _BOUNDS)]
    bounds = [MinValueValidator(field.min_value), MaxValueValidator(field.max_value)]
    field.validators = [*others, *bounds]  # each once, that none is told twice
