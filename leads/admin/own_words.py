"""What the admin's forms say of a number, date or text that is none or leaves its limits.

Each error names its field and what would be right. What a form says of a field itself stays.
"""

from collections.abc import Iterator, Mapping

from django import forms
from django.forms.utils import pretty_name


class OwnWords(forms.BaseForm):
    """A form whose fields, added whenever, say in our words what is wrong with a value."""

    def full_clean(self) -> None:
        say_in_own_words(self.fields)
        super().full_clean()


def say_in_own_words(fields: Mapping[str, forms.Field]) -> None:
    """Give fields these messages; what the model's checks find is told by them, too."""
    for name, field in fields.items():
        label = str(field.label or pretty_name(name))
        _say(field, label)
        if isinstance(field, forms.MultiValueField):
            for part in field.fields:
                _say(part, label)


def _say(field: forms.Field, label: str) -> None:
    told = _told_by_django(field)
    for code, words in _words(field):
        if field.error_messages.get(code) == told.get(code):  # the form says nothing else of it
            # Django fills in limits with "%", and does so only where there are any.
            named = label if code.startswith("invalid") else label.replace("%", "%%")
            field.error_messages[code] = f"“{named}”: {words}"


def _told_by_django(field: forms.Field) -> dict[str, object]:
    """The messages that a field is born with, as Django gathers them."""
    kinds = reversed(type(field).__mro__)
    return {
        code: words
        for kind in kinds
        for code, words in getattr(kind, "default_error_messages", {}).items()
    }


def _words(field: forms.Field) -> Iterator[tuple[str, str]]:
    match field:
        case forms.IntegerField():  # fields of decimals and floats are ones, too
            is_whole = not isinstance(field, forms.FloatField | forms.DecimalField)
            yield "invalid", f"a {'whole ' if is_whole else ''}number, such as 10."
            yield "max_value", f"{_limit(field.max_value)} or less."
            yield "min_value", f"{_limit(field.min_value)} or more."
            yield "max_digits", "%(max)s digits at most."
            yield "max_whole_digits", "%(max)s digits at most before the point."
            yield "max_decimal_places", "%(max)s digits at most after the point."
        case forms.DateTimeField():
            yield "invalid", "a date and a time, such as 2026-11-27 09:30."
        case forms.SplitDateTimeField():
            yield "invalid_date", "a date, such as 2026-11-27."
            yield "invalid_time", "a time, such as 09:30."
        case forms.DateField():
            yield "invalid", "a date, such as 2026-11-27."
        case forms.TimeField():
            yield "invalid", "a time, such as 09:30."
        case forms.CharField():
            yield "max_length", "%(limit_value)s characters at most; these are %(show_value)s."
            yield "min_length", "%(limit_value)s characters or more; these are %(show_value)s."


def _limit(known: object) -> str:
    """The limit, or what stands for it where only the check that fails knows it."""
    return f"{known:,}" if isinstance(known, int) else "%(limit_value)s"
