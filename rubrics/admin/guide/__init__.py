"""The set-up guide in the admin: its pages of questions, its report, the objectives."""

from rubrics.admin.guide.pages import SetupGuideAdmin

__all__ = ["SetupGuideAdmin"]
