"""Which rubric a command means: ``standard@3``, ``new.yaml``, ``preset:freemium``."""

from dataclasses import dataclass
from typing import Any

from rubrics.files.reading import read_rubric
from rubrics.files.version import version_document
from rubrics.measures import SpecError
from rubrics.models import Rubric, RubricVersion
from rubrics.models.rubric import VersionStatus
from rubrics.presets import load_preset, preset_names

PRESET = "preset:"
HOW_TO_NAME = (
    "RUBRIC for its published version (else its newest), RUBRIC@N for version N, FILE.yaml, or "
    "preset:NAME."
)


@dataclass(frozen=True)
class Named:
    """A rubric that was asked for by name; ``version`` where it is one of the database."""

    label: str
    document: dict[str, Any]
    version: RubricVersion | None = None


def named_rubric(name: str) -> Named:
    """The version, file or preset that a name means.

    Raises:
        SpecError: there is none, or it is no whole rubric; says which there are.
    """
    if name.endswith((".yaml", ".yml")):
        return Named(name, read_rubric(name))
    if name.startswith(PRESET):
        preset = name.removeprefix(PRESET)
        return Named(f"preset {preset}", load_preset(preset))
    key, number = _parts(name)
    if not number and key in preset_names() and not Rubric.objects.filter(key=key).exists():
        return Named(f"preset {key}", load_preset(key))
    version = named_version(key, number)
    return Named(str(version), version_document(version), version)


def named_version(key: str, number: str = "") -> RubricVersion:
    """A version by its rubric's key and its number; without one the published, else the newest.

    Raises:
        SpecError: there is none of that name; says which there are.
    """
    versions = RubricVersion.objects.filter(rubric__key=key).select_related("rubric__product")
    found = list(versions.order_by("-number"))
    if not found:
        known = ", ".join(Rubric.objects.order_by("key").values_list("key", flat=True))
        raise SpecError("rubric", f"there is no rubric {key!r} with versions; known: {known}")
    if number:
        numbered = {str(version.number): version for version in found}
        if number not in numbered:
            known = ", ".join(reversed(numbered))
            raise SpecError("rubric", f"{key} has no version {number}; it has {known}")
        return numbered[number]
    return _current(found)


def chosen_version(name: str) -> RubricVersion:
    """A version as a command names it: ``standard@3``, ``standard``, or its id.

    Raises:
        SpecError: there is none; says which there are.
    """
    if not (name.isascii() and name.isdigit()):
        return named_version(*_parts(name))
    versions = RubricVersion.objects.select_related("rubric__product").order_by("pk")
    known = {str(version.pk): version for version in versions}
    if name not in known:
        told = ", ".join(f"{one.rubric.key}@{one.number}" for one in known.values())
        raise SpecError("rubric", f"no version has the id {name}; there are {told or 'none yet'}")
    return known[name]


def _parts(name: str) -> tuple[str, str]:
    """Rubric and number of ``standard@3``, which may also be written ``standard/3``."""
    key, _, number = name.replace("/", "@", 1).partition("@")
    return key, number


def current_version(rubric: Rubric) -> RubricVersion | None:
    """The published version of a rubric, else its newest; None if it has none."""
    found = rubric.versions.select_related("rubric__product").order_by("-number")
    return _current(list(found)) if found else None


def comparable_version(version: RubricVersion) -> RubricVersion | None:
    """What a version is first compared with: the published one of its rubric, else the newest."""
    others = version.rubric.versions.exclude(pk=version.pk)
    found = list(others.select_related("rubric__product").order_by("-number"))
    return _current(found) if found else None


def _current(newest_first: list[RubricVersion]) -> RubricVersion:
    published = [one for one in newest_first if one.status == VersionStatus.PUBLISHED]
    return (published or newest_first)[0]
