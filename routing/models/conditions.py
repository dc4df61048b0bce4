"""Conditions as a model keeps them: checked when they come in, so that reading never fails."""

from django.core.exceptions import ValidationError

from routing.dealing.conditions import ConditionError, read_conditions


def validate_conditions(documents: object) -> None:
    """Refuse conditions that cannot be read, in words."""
    try:
        read_conditions(documents)
    except ConditionError as error:
        raise ValidationError(str(error)) from error
