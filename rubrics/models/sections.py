"""What must hold together in the sections of a version, kept by the database."""

from django.db.models import CheckConstraint, F, Q


def _together(name: str, message: str, *fields: str) -> CheckConstraint:
    """All of the fields are given, or none."""
    none = Q(**{f"{field}__isnull": True for field in fields})
    every = Q(**{f"{field}__isnull": False for field in fields})
    return CheckConstraint(condition=none | every, name=name, violation_error_message=message)


WHOLE_SECTIONS = (
    CheckConstraint(
        condition=Q(segment_name="", segment_conditions=[])
        | (~Q(segment_name="") & ~Q(segment_conditions=[])),
        name="version_segment_whole",
        violation_error_message="Give the segment a name and at least one condition, or neither.",
    ),
    CheckConstraint(
        condition=Q(combination="sum", blend_behavior=None, blend_fit=None)
        | Q(
            combination="blend",
            blend_fit__isnull=False,
            blend_behavior__isnull=False,
            blend_behavior=100 - F("blend_fit"),
        ),
        name="version_blend_adds_up",
        violation_error_message="A blend needs two shares that add up to 100; a sum has none.",
    ),
    CheckConstraint(
        condition=Q(decay_percent=None) | Q(decay_percent__range=(1, 100)),
        name="version_decay_percent_is_a_share",
        violation_error_message="The percent lost a period is between 1 and 100.",
    ),
    CheckConstraint(
        condition=~Q(decay_mode="percent") | Q(decay_percent__isnull=False),
        name="version_percent_decay_has_its_percent",
        violation_error_message="Say which percent is lost a period.",
    ),
    _together(
        "version_expired_whole",
        "After the trial: give both the points and the days, or neither.",
        "expired_points",
        "expired_period_days",
    ),
    CheckConstraint(
        condition=Q(ceiling_behavior=None, ceiling_name="", ceiling_conditions=[])
        | (Q(ceiling_behavior__isnull=False) & ~Q(ceiling_conditions=[])),
        name="version_ceiling_whole",
        violation_error_message="A ceiling needs its points and at least one condition.",
    ),
    _together(
        "version_cross_product_whole",
        "Several products: give the points, the days and the number of products, or none.",
        "cross_product_points",
        "cross_product_days",
        "cross_product_products",
    ),
    _together(
        "version_matrix_whole",
        "The matrix needs both of its borders, or none.",
        "matrix_fit",
        "matrix_behavior",
    ),
)
