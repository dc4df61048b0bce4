"""Publishing, going back and retiring, from a version's page."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from unfold.decorators import action

from leads.admin.base import change_url
from rubrics import publishing
from rubrics.admin.drafts import person
from rubrics.admin.golden_pages import GoldenPages
from rubrics.admin.why import Answer, Question, ask_why
from rubrics.models import Publication, RubricVersion
from rubrics.models.rubric import VersionStatus
from rubrics.publishing.history import scored_before, who_is_scored

OFFERED = {
    "_publish": (VersionStatus.DRAFT,),
    "_roll_back": (VersionStatus.PUBLISHED, VersionStatus.RETIRED),
    "_retire": (VersionStatus.PUBLISHED,),
}
WHILE = (
    "{whom} scored by it in the background, out of sight. Until all are done {before} goes on "
    "scoring; then {after} takes its place for all of them at once, and nobody ever sees a mix. "
    "You can cancel on the way."
)
AT_ONCE = (
    "Nobody of the product has a score yet, so it is live at once and scores appear within minutes."
)


class PublishingPages(GoldenPages):
    """The actions that decide which version scores, and what is under way."""

    change_form_outer_before_template = "admin/rubrics/going_live.html"

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        under_way = None
        if object_id.isdecimal():
            under_way = Publication.objects.running().filter(version__pk=object_id).first()
        context = {**(extra_context or {}), "publication": under_way}
        answer: HttpResponse = super().change_view(request, object_id, form_url, context)
        return answer

    def get_actions_detail(self, request: HttpRequest, object_id: int) -> list[Any]:
        """What can be done in the state that the version is in."""
        actions: list[Any] = super().get_actions_detail(request, object_id)
        version = RubricVersion.objects.select_related("rubric").filter(pk=object_id).first()
        if version is None:
            return actions
        goal = _goal(version)
        hidden = [name for name, states in OFFERED.items() if version.status not in states]
        if goal is None:
            hidden.append("_roll_back")
        return [
            replace(one, description=f"Roll back to version {goal.number}")
            if goal and one.action_name.endswith("_roll_back")
            else one
            for one in actions
            if not one.action_name.endswith(tuple(hidden))
        ]

    @action(description="Publish", icon="publish", permissions=["acting"], url_path="publish")
    def publish(self, request: HttpRequest, object_id: str) -> HttpResponse:
        version = self._version(request, object_id)

        def run(answer: Answer) -> HttpResponse:
            return self._begun(
                request,
                publishing.publish_version(
                    version,
                    by=person(request),
                    at=timezone.now(),
                    reason=answer.reason,
                    override=answer.override,
                ),
            )

        text = f"Version {version.number} is frozen. {_what_happens(version)}"
        question = Question(f"Publish version {version.number}?", text, "Publish")
        return ask_why(self, request, version, question, run)

    @action(description="Roll back", icon="history", permissions=["acting"], url_path="roll-back")
    def roll_back(self, request: HttpRequest, object_id: str) -> HttpResponse:
        version = self._version(request, object_id)
        goal = _goal(version)
        if goal is None:
            raise Http404

        def run(answer: Answer) -> HttpResponse:
            return self._begun(
                request,
                publishing.roll_back(
                    goal,
                    by=person(request),
                    at=timezone.now(),
                    reason=answer.reason,
                    override=answer.override,
                ),
            )

        text = f"Version {goal.number} scores again, exactly as it did. {_what_happens(goal)}"
        question = Question(
            f"Roll back to version {goal.number}?", text, "Roll back", needs_reason=True
        )
        return ask_why(self, request, version, question, run)

    @action(description="Retire", icon="archive", permissions=["acting"], url_path="retire")
    def retire(self, request: HttpRequest, object_id: str) -> HttpResponse:
        version = self._version(request, object_id)

        def run(answer: Answer) -> HttpResponse:
            retired = publishing.retire_version(
                version, by=person(request), at=timezone.now(), reason=answer.reason
            )
            self.message_user(request, f"{retired} scores no longer.", messages.SUCCESS)
            return HttpResponseRedirect(change_url(retired))

        text = (
            "It scores no longer, and no other version of this rubric takes its place. Whom it "
            "scored is scored by the product's other rubrics, or by none: then their scores go, "
            "while open work stays. You can roll back to it later."
        )
        question = Question(f"Retire version {version.number}?", text, "Retire")
        return ask_why(self, request, version, question, run)

    def _version(self, request: HttpRequest, object_id: str) -> RubricVersion:
        version: RubricVersion | None = self.get_object(request, object_id)
        if version is None:
            raise Http404
        return version

    def _begun(self, request: HttpRequest, publication: Publication) -> HttpResponse:
        """To where its progress is seen; of one that is live at once, to the version."""
        if publication.flipped_at:
            told = f"{publication.version} scores from now on."
            self.message_user(request, told, messages.SUCCESS)
            return HttpResponseRedirect(change_url(publication.version))
        return HttpResponseRedirect(change_url(publication))


def _goal(version: RubricVersion) -> RubricVersion | None:
    """Where rolling back leads: a retired version to itself, the published one to the last."""
    if version.status == VersionStatus.RETIRED:
        return version
    return scored_before(version) if version.status == VersionStatus.PUBLISHED else None


def _what_happens(version: RubricVersion) -> str:
    """To whom, when and how, in sentences."""
    scored = who_is_scored(version)
    if not scored.has_scores:
        return AT_ONCE
    before = version.rubric.versions.published().first()
    return WHILE.format(
        whom=scored.words,
        before=f"version {before.number}" if before else "what is published now",
        after=f"version {version.number}",
    )
