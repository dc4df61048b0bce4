"""The data audit: is what a rubric needs known of leads, and do its events come?"""

from rubrics.dataquality.report import Report, report_of
from rubrics.dataquality.running import (
    AuditRunning,
    audit_now,
    audit_some,
    start_audit,
    start_nightly,
)

__all__ = [
    "AuditRunning",
    "Report",
    "audit_now",
    "audit_some",
    "report_of",
    "start_audit",
    "start_nightly",
]
