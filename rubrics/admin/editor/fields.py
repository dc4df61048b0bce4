"""Form fields for what a rubric says: lengths of time, windows, ranges, texts and signals.

Each shows a value of a document and reads it back; nothing given is None.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

UNITS = (("d", "days"), ("h", "hours"), ("m", "minutes"))
WINDOWS = (
    ("", "any time"),
    ("first", "the first … after sign-up"),
    ("last", "the last …"),
    ("trial_last", "the last … of the trial"),
    ("trial", "during the trial"),
    ("after_trial", "after the trial"),
)
LONG_WINDOWS = frozenset({"first", "last", "trial_last"})
MOST_STEPS = 4
_LENGTH = re.compile(r"^(\d+(?:\.\d+)?)\s*([mhd])$")


class NumberField(forms.FloatField):
    """A number as it is written: 3, not 3.0."""

    widget = UnfoldAdminTextInputWidget

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "decimal"}), **kwargs
        )

    def prepare_value(self, value: Any) -> Any:
        return f"{value:.12g}" if isinstance(value, int | float) else value

    def to_python(self, value: Any) -> Any:
        number = super().to_python(value)
        return int(number) if number is not None and number.is_integer() else number


class PointsField(forms.IntegerField):
    """Whole points, with a sign: +10 may be written as 10."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", UnfoldAdminIntegerFieldWidget())
        super().__init__(min_value=-10_000, max_value=10_000, **kwargs)


def _length_parts(value: Any) -> list[Any]:
    match = _LENGTH.fullmatch(value) if isinstance(value, str) else None
    return [match[1], match[2]] if match else [None, "d"]


class LengthWidget(forms.MultiWidget):
    """A number and its unit."""

    use_fieldset = True

    def __init__(self, name: str = "Length") -> None:
        super().__init__(
            {
                "number": UnfoldAdminTextInputWidget(
                    attrs={"inputmode": "decimal", "aria-label": f"{name}: how many"}
                ),
                "unit": UnfoldAdminSelectWidget(
                    choices=UNITS, attrs={"aria-label": f"{name}: unit"}
                ),
            }
        )

    def decompress(self, value: Any) -> list[Any]:
        return _length_parts(value)


class LengthField(forms.MultiValueField):
    """A length of time such as ``48h``."""

    def __init__(self, *, label: str = "Length", **kwargs: Any) -> None:
        fields = (NumberField(required=False), forms.ChoiceField(choices=UNITS))
        super().__init__(
            fields, label=label, widget=LengthWidget(label), require_all_fields=False, **kwargs
        )

    def compress(self, data_list: Sequence[Any]) -> str | None:
        number, unit = (*data_list, None, None)[:2]
        if number is None:
            return None
        if number < 0:
            raise forms.ValidationError("A length of time is not below 0.")
        return f"{number:.12g}{unit or 'd'}"

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(initial != data)


class WindowWidget(forms.MultiWidget):
    """Which span of time, and how long it is."""

    use_fieldset = True

    def __init__(self) -> None:
        super().__init__(
            {
                "kind": UnfoldAdminSelectWidget(
                    choices=WINDOWS, attrs={"aria-label": "When: which span of time"}
                ),
                "number": UnfoldAdminTextInputWidget(
                    attrs={"inputmode": "decimal", "aria-label": "When: how many"}
                ),
                "unit": UnfoldAdminSelectWidget(choices=UNITS, attrs={"aria-label": "When: unit"}),
            }
        )

    def decompress(self, value: Any) -> list[Any]:
        if isinstance(value, Mapping) and len(value) == 1:
            ((kind, length),) = value.items()
            return [kind, *_length_parts(length)]
        return [value if isinstance(value, str) and value != "lifetime" else "", None, "d"]


class WindowField(forms.MultiValueField):
    """``{"first": "7d"}``, ``trial``; None for any time."""

    def __init__(self, **kwargs: Any) -> None:
        fields = (
            forms.ChoiceField(choices=WINDOWS, required=False),
            NumberField(required=False),
            forms.ChoiceField(choices=UNITS, required=False),
        )
        super().__init__(fields, widget=WindowWidget(), require_all_fields=False, **kwargs)

    def compress(self, data_list: Sequence[Any]) -> dict[str, str] | str | None:
        kind, number, unit = (*data_list, None, None, None)[:3]
        if kind not in LONG_WINDOWS:
            return kind or None
        if not number or number <= 0:
            raise forms.ValidationError("Say how long, e.g. 7 days.")
        return {kind: f"{number:.12g}{unit or 'd'}"}


def as_before(keys: Sequence[str], before: Any) -> list[str]:
    """Chosen signals in the order in which they stood, new ones last: no edit is only an order."""
    stood = [before] if isinstance(before, str) else list(before or ())
    return [*(key for key in stood if key in keys), *(key for key in keys if key not in stood)]


class SignalsWidget(forms.CheckboxSelectMultiple):
    """Check boxes in a box that scrolls, with a field that narrows a long list down."""

    use_fieldset = True


class SignalsField(forms.MultipleChoiceField):
    """Keys of signals of the product; a key that it does not have stays, to be seen and mended."""

    def __init__(self, *, signals: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(choices=list(signals.items()), widget=SignalsWidget, **kwargs)
        self.signals = dict(signals)

    def prepare_value(self, value: Any) -> Any:
        keys = [value] if isinstance(value, str) else list(value or ())
        gone = {key: f"{key} (no such signal)" for key in keys if key not in self.signals}
        if gone:
            self.choices = list((self.signals | gone).items())
        return keys

    def clean(self, value: Any) -> list[str] | None:
        return as_before(super().clean(value), self.initial) or None

    def valid_value(self, value: Any) -> bool:
        return True  # the parser, and the draft's checklist, tell what the product does not have


class StepsWidget(forms.MultiWidget):
    """One list of signals a step."""

    use_fieldset = True

    def __init__(self, signals: Mapping[str, str]) -> None:
        choices = list(signals.items())
        super().__init__(
            {f"step_{n}": SignalsWidget(choices=choices) for n in range(1, MOST_STEPS + 1)}
        )

    def decompress(self, value: Any) -> list[list[str]]:
        steps = [[step] if isinstance(step, str) else list(step) for step in value or ()]
        return [*steps, *([[]] * (MOST_STEPS - len(steps)))]


class StepsField(forms.MultiValueField):
    """Steps in their order, each a list of signals; empty ones are left out."""

    def __init__(self, *, signals: Mapping[str, str], **kwargs: Any) -> None:
        fields = [SignalsField(signals=signals, required=False) for _ in range(MOST_STEPS)]
        super().__init__(fields, widget=StepsWidget(signals), require_all_fields=False, **kwargs)

    def compress(self, data_list: Sequence[Any]) -> list[list[str]] | None:
        before = [*(self.initial or ()), *([()] * MOST_STEPS)]
        steps = [as_before(step, was) for step, was in zip(data_list, before, strict=False) if step]
        return steps or None


class TextsField(forms.CharField):
    """Several texts, with commas or one a line."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(map(str, value)) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> Any:
        text = super().clean(value) or ""
        return [part.strip() for part in re.split(r"[,\n]", text) if part.strip()] or None


class AttributeField(forms.CharField):
    """One attribute, or several of which the first known counts."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            widget=UnfoldAdminTextInputWidget(
                attrs={"list": "known-attributes", "autocomplete": "off", "spellcheck": "false"}
            ),
            **kwargs,
        )

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(map(str, value)) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> Any:
        names = [part.strip() for part in (super().clean(value) or "").split(",")]
        names = [name for name in names if name]
        return names[0] if len(names) == 1 else names or None


class RangesField(forms.CharField):
    """``50 to 500, 1000 or more`` as pairs, both ends included."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            widget=UnfoldAdminTextInputWidget(attrs={"placeholder": "50 to 500, 1000 or more"}),
            **kwargs,
        )

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(map(_range_words, value)) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> Any:
        text = (super().clean(value) or "").lower()
        # A comma before three digits groups them: 1,000.
        parts = re.split(r",(?!\d{3}(?!\d))|;|\n", text)
        return [_read_range(part.strip()) for part in parts if part.strip()] or None


def _range_words(pair: Any) -> str:
    low, high = (*pair, None)[:2] if isinstance(pair, list | tuple) else (pair, None)
    if high is None:
        return f"{_plain(low)} or more"
    return f"up to {_plain(high)}" if low is None else f"{_plain(low)} to {_plain(high)}"


def _plain(number: Any) -> str:
    return f"{number:.12g}" if isinstance(number, int | float) else str(number)


def _read_range(text: str) -> list[Any]:
    number = r"(-?[\d,]+(?:\.\d+)?)"
    for pattern, ends in (
        (rf"{number}\s*(?:to|…|\.\.+|–|-)\s*{number}", (1, 2)),
        (rf"{number}\s*(?:or more|…|\.\.+|\+|and more)", (1, None)),
        (rf"(?:up to|at most|…|\.\.+)\s*{number}", (None, 1)),
        (rf"(?:at least|from)\s*{number}", (1, None)),
        (number, (1, 1)),
    ):
        if match := re.fullmatch(pattern, text):
            return [None if end is None else _number(match[end]) for end in ends]
    raise forms.ValidationError(
        f"“{text}” is no range. Write it like 50 to 500, 1000 or more, or up to 49."
    )


def _number(text: str) -> float | int:
    number = float(text.replace(",", ""))
    return int(number) if number.is_integer() else number
