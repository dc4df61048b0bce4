"""Limits of the editor's numbers: what makes sense, rather than what the database holds."""

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from rubrics.scoring.types import MOST_POINTS

_BOUNDS = (MinValueValidator, MaxValueValidator)


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
