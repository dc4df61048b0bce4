"""The sections of a document that stand in the version's own row, as columns and back."""

from collections.abc import Callable, Mapping
from typing import Any

from rubrics.documents import activity_signals
from rubrics.measures import SpecError, duration_us
from rubrics.models import RubricVersion
from rubrics.scoring.types import DAY_US

Document = Mapping[str, Any]


def section_documents(version: RubricVersion) -> dict[str, Any]:
    """The sections that stand in the version's own row, by name. Needs no saved row."""
    sections = {
        "subject": version.subject if version.subject != "lead" else None,
        "segment": _segment_document(version),
        "thresholds": {
            "total": version.min_total,
            "fit": version.min_fit,
            "behavior": version.min_behavior,
        },
        "limits": {
            "fit": version.max_fit,
            "behavior": version.max_behavior,
            "velocity_exceeds_cap": version.velocity_exceeds_cap,
        },
        "combination": _combination_document(version),
        "decay": _decay_document(version),
        "ceiling": _ceiling_document(version),
        "cross_product": _cross_product_document(version),
        "matrix": _matrix_document(version),
    }
    return {name: section for name, section in sections.items() if section is not None}


def _segment_document(version: RubricVersion) -> dict[str, Any] | None:
    if not version.segment_name:
        return None
    return {
        "name": version.segment_name,
        "order": version.segment_order,
        "when": version.segment_conditions,
    }


def _combination_document(version: RubricVersion) -> dict[str, Any] | None:
    if version.combination == "sum":
        return None
    return {
        "mode": version.combination,
        "behavior": version.blend_behavior,
        "fit": version.blend_fit,
    }


def _decay_document(version: RubricVersion) -> dict[str, Any]:
    section: dict[str, Any] = {
        "mode": version.decay_mode,
        "points": version.decay_points,
        "period": f"{version.decay_period_days}d",
        "grace": f"{version.decay_grace_days}d",
        "floor": version.floor,
        "silence": version.silence,
    }
    if version.decay_percent is not None:
        section["percent"] = plain(version.decay_percent)
    if version.expired_points is not None:
        section["expired"] = {
            "points": version.expired_points,
            "period": f"{version.expired_period_days}d",
        }
    return section


def _ceiling_document(version: RubricVersion) -> dict[str, Any] | None:
    if version.ceiling_behavior is None:
        return None
    return {
        "behavior": version.ceiling_behavior,
        "name": version.ceiling_name,
        "when": version.ceiling_conditions,
    }


def _cross_product_document(version: RubricVersion) -> dict[str, Any] | None:
    if version.cross_product_points is None:
        return None
    return {
        "points": version.cross_product_points,
        "within": f"{version.cross_product_days}d",
        "products": version.cross_product_products,
    }


def _matrix_document(version: RubricVersion) -> dict[str, Any] | None:
    if version.matrix_fit is None:
        return None
    return {"fit": version.matrix_fit, "behavior": version.matrix_behavior}


def version_columns(document: Document) -> dict[str, Any]:
    """What a checked document says of the version's own row, by column.

    Raises:
        SpecError: a length of time that is no whole number of days.
    """
    columns: dict[str, Any] = {
        "note": str(document.get("note") or ""),
        "source": str(document.get("source") or ""),
        "subject": document.get("subject", "lead"),
        "activity_signals": list(activity_signals(document)),
    }
    for name, read in _SECTIONS.items():
        columns |= read(document.get(name) or {})
    return columns


def _segment_columns(section: Document) -> dict[str, Any]:
    return {
        "segment_name": section.get("name", ""),
        "segment_order": section.get("order", 10),
        "segment_conditions": list(section.get("when", ())),
    }


def _threshold_columns(section: Document) -> dict[str, Any]:
    return {
        "min_total": section.get("total", 80),
        "min_fit": section.get("fit", 15),
        "min_behavior": section.get("behavior", 40),
    }


def _limit_columns(section: Document) -> dict[str, Any]:
    return {
        "max_fit": section.get("fit", 50),
        "max_behavior": section.get("behavior", 100),
        "velocity_exceeds_cap": section.get("velocity_exceeds_cap", False),
    }


def _combination_columns(section: Document) -> dict[str, Any]:
    return {
        "combination": section.get("mode", "sum"),
        "blend_behavior": section.get("behavior"),
        "blend_fit": section.get("fit"),
    }


def _decay_columns(section: Document) -> dict[str, Any]:
    mode = section.get("mode", "periods")
    return {
        "decay_mode": mode,
        "decay_points": section.get("points", 10),
        "decay_percent": section.get("percent", 10 if mode == "percent" else None),
        "decay_period_days": _days(section.get("period", "30d"), "decay.period"),
        "decay_grace_days": _days(section.get("grace", "0d"), "decay.grace"),
        "floor": section.get("floor", 5),
        "silence": section.get("silence", "larger"),
        **_expired_columns(section.get("expired") or {}),
    }


def _expired_columns(section: Document) -> dict[str, Any]:
    if not section:
        return {}
    return {
        "expired_points": section["points"],
        "expired_period_days": _days(section["period"], "decay.expired.period"),
    }


def _ceiling_columns(section: Document) -> dict[str, Any]:
    return {
        "ceiling_behavior": section.get("behavior"),
        "ceiling_name": section.get("name", ""),
        "ceiling_conditions": list(section.get("when", ())),
    }


def _cross_product_columns(section: Document) -> dict[str, Any]:
    if not section:
        return {}
    return {
        "cross_product_points": section["points"],
        "cross_product_days": _days(section.get("within", "30d"), "cross_product.within"),
        "cross_product_products": section.get("products", 2),
    }


def _matrix_columns(section: Document) -> dict[str, Any]:
    return {"matrix_fit": section.get("fit"), "matrix_behavior": section.get("behavior")}


_SECTIONS: Mapping[str, Callable[[Document], dict[str, Any]]] = {
    "segment": _segment_columns,
    "thresholds": _threshold_columns,
    "limits": _limit_columns,
    "combination": _combination_columns,
    "decay": _decay_columns,
    "ceiling": _ceiling_columns,
    "cross_product": _cross_product_columns,
    "matrix": _matrix_columns,
}


def plain(number: float) -> float | int:
    """A number as it is written by hand: 10, not 10.0."""
    return int(number) if float(number).is_integer() else number


def _days(raw: str, where: str) -> int:
    microseconds = duration_us(raw, where)
    if microseconds % DAY_US:
        raise SpecError(where, "is a whole number of days, e.g. 30d")
    return microseconds // DAY_US
