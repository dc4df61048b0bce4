"""The sections of a version as its page shows them."""

from typing import Any

from django.utils.html import format_html


def _told(text: str) -> str:
    """A description with room around it: the theme has none inside tabs."""
    return format_html('<span class="block px-3 pt-3">{}</span>', text)


CONDITION_FIELDS = ("segment_conditions", "ceiling_conditions")
FIELDSETS: tuple[Any, ...] = (
    (
        None,
        {
            "fields": (
                ("rubric", "number", "shown_status"),
                "note",
                "source",
                ("published_at", "published_by"),
            )
        },
    ),
    ("Criteria", {"classes": ("tab",), "fields": ("criteria_in_words", "rules_in_words")}),
    (
        "Thresholds",
        {
            "classes": ("tab",),
            "description": _told("A lead that meets all three is a PQL."),
            "fields": (("min_total", "min_fit", "min_behavior"),),
        },
    ),
    (
        "Caps",
        {
            "classes": ("tab",),
            "description": _told("An axis never gives more, whatever its criteria add up to."),
            "fields": (("max_fit", "max_behavior"), "velocity_exceeds_cap"),
        },
    ),
    (
        "Segment",
        {
            "classes": ("tab",),
            "description": _told(
                "Whom this rubric scores. A product may have a rubric for each segment; "
                "the one without a segment scores everybody else."
            ),
            "fields": (
                "subject",
                ("segment_name", "segment_order"),
                "segment_conditions",
                "segment_in_words",
            ),
        },
    ),
    (
        "Combination",
        {
            "classes": ("tab",),
            "description": _told(
                "How the two axes make the total. In a blend each axis counts by its "
                "share of its own cap, so the thresholds of the total are out of 100."
            ),
            "fields": ("combination", ("blend_behavior", "blend_fit")),
        },
    ),
    (
        "Silence",
        {
            "classes": ("tab",),
            "description": _told(
                "Behavior fades while the user is away. Fit never does. Once a trial is "
                "over it may fade faster: the larger of the two losses counts."
            ),
            "fields": (
                "decay_mode",
                ("decay_points", "decay_percent"),
                ("decay_period_days", "decay_grace_days"),
                ("floor", "silence"),
                ("expired_points", "expired_period_days"),
                "activity_signals",
            ),
        },
    ),
    (
        "Ceiling",
        {
            "classes": ("tab",),
            "description": _told(
                "Holds behavior down while all conditions hold, e.g. for those who have "
                "been on the free plan for long and never asked for more."
            ),
            "fields": (
                ("ceiling_behavior", "ceiling_name"),
                "ceiling_conditions",
                "ceiling_in_words",
            ),
        },
    ),
    (
        "Several products",
        {
            "classes": ("tab",),
            "description": _told(
                "A bonus on behavior for those who use several of your products. Empty "
                "fields: no bonus."
            ),
            "fields": (("cross_product_points", "cross_product_days", "cross_product_products"),),
        },
    ),
    (
        "Matrix",
        {
            "classes": ("tab",),
            "description": _told(
                "Tier 1 is high on both axes, 2 on behavior alone, 3 on fit alone, 4 on "
                "neither. A label on the result: it changes no score."
            ),
            "fields": (("matrix_fit", "matrix_behavior"),),
        },
    ),
)
