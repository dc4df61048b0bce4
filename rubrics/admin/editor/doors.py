"""The addresses of the rubric editor: parts of a version's page, opened, saved and tried."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.urls.resolvers import URLPattern
from django.utils import timezone

from leads.admin.base import AppAdmin
from rubrics.admin.drafts import person
from rubrics.admin.editor import criteria, lists, sections, trying
from rubrics.admin.editor.page import Page
from rubrics.admin.editor.steps import steps_of
from rubrics.errors import VersionNotEditable
from rubrics.models import RubricVersion

Door = Callable[..., HttpResponse]
FOLDER = "admin/rubrics/editor"


class EditorAdmin(AppAdmin):
    """The page of a version as an editor. What it writes goes through ``rubrics.editing``."""

    change_form_template = f"{FOLDER}/page.html"

    def get_urls(self) -> list[URLPattern]:
        def door(route: str, view: Door, name: str) -> URLPattern:
            wrapped = self.admin_site.admin_view(self._open(view))
            return path(f"<int:pk>/{route}", wrapped, name=f"rubrics_rubricversion_{name}")

        return [
            # Not beside the others: "new" is a key like any other.
            door("new-criterion/", criteria.new, "new_criterion"),
            door("new-list/", lists.new, "new_list"),
            door("criteria/<slug:key>/", criteria.one, "criterion"),
            door("sections/<slug:key>/", sections.one, "section"),
            door("conditions/<slug:key>/", sections.condition, "condition"),
            door("lists/<slug:key>/", lists.one, "list"),
            door("try/", trying.one, "try"),
            door("golden/", trying.golden, "golden"),
            door("pulse/", pulse, "pulse"),
            *super().get_urls(),
        ]

    def _open(self, view: Door) -> Door:
        """Find the version, check who may see it or edit it, and say so if it was published."""

        @wraps(view)
        def opened(request: HttpRequest, pk: int, **kwargs: Any) -> HttpResponse:
            version = self.get_object(request, str(pk))
            if version is None:
                raise Http404
            if not self.has_view_permission(request, version):
                raise PermissionDenied
            may_edit = self.may_edit(request)
            if request.method not in ("GET", "POST"):
                return HttpResponseNotAllowed(["GET", "POST"])
            if request.method == "POST" and not may_edit and view is not trying.one:
                raise PermissionDenied
            page = Page(version, may_edit=may_edit)
            try:
                return view(EditorRequest(request, page), **kwargs)
            except VersionNotEditable as error:
                return TemplateResponse(
                    request, f"{FOLDER}/_gone.html", {"problem": str(error)}, status=409
                )

        return opened

    def may_edit(self, request: HttpRequest) -> bool:
        """Whether this person may edit drafts."""
        return self._may(request, "change")

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The page. It is saved part by part, never as a whole."""
        if request.method != "GET":
            return HttpResponseNotAllowed(["GET"])
        version = self.get_object(request, object_id)
        context = {**(extra_context or {}), "show_save": False}
        if version is not None:
            page = Page(version, may_edit=self.may_edit(request))
            context |= {
                "page": page,
                "tried": trying.first(page, at=timezone.now()),
                "steps": steps_of(page, self._offered(request, object_id)),
                "title": str(version),
                "subtitle": None,
            }
        response: HttpResponse = super().change_view(request, object_id, form_url, context)
        if isinstance(response, TemplateResponse) and response.context_data is not None:
            # Too many for the theme's header; the page has a bar of its own, which wraps.
            actions = response.context_data.pop("actions_detail", [])
            stepped = {step.url for step in context.get("steps", ())}
            response.context_data["page_actions"] = [
                one for one in actions if one.get("path") not in stepped
            ]
        return response

    def _offered(self, request: HttpRequest, object_id: str) -> dict[str, str]:
        """The actions of the page that this person may take, by name, and their addresses."""
        prefix = "rubrics_rubricversion_"
        return {
            one.action_name.removeprefix(prefix): reverse(
                f"admin:{one.action_name}", args=[object_id]
            )
            for one in self.get_actions_detail(request, int(object_id))
        }

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return [(None, {"fields": ()})]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ()


class EditorRequest:
    """What a door of the editor is given: the request, the page of its version, and answers."""

    def __init__(self, request: HttpRequest, page: Page) -> None:
        self.request, self.page = request, page
        self.version: RubricVersion = page.version
        self.by, self.at = person(request), timezone.now()

    @property
    def is_post(self) -> bool:
        return self.request.method == "POST"

    def show(self, template: str, *, status: int = 200, **context: Any) -> HttpResponse:
        """A part of the page."""
        context = {"page": self.page, "version": self.version, **context}
        return TemplateResponse(self.request, f"{FOLDER}/{template}", context, status=status)

    def saved(self, template: str, **context: Any) -> HttpResponse:
        """The part as it is now, with everything on the page that follows from it."""
        self.page = Page(
            RubricVersion.objects.select_related("rubric__product").get(pk=self.version.pk),
            may_edit=self.page.may_edit,
        )
        self.version = self.page.version
        seen = self.revision
        news = self.page.news(self.request, seen) if self.version.revision > seen + 1 else []
        response = self.show(template, is_saved=True, news=news, **context)
        response["HX-Trigger-After-Settle"] = "draft-changed"
        return response

    @property
    def revision(self) -> int:
        """The draft's revision when the page was read."""
        sent = self.request.POST.get("revision") or self.request.GET.get("revision") or ""
        return int(sent) if sent.isascii() and sent.isdigit() else self.version.revision


def pulse(door: EditorRequest) -> HttpResponse:
    """Whether others edited the draft since; nothing to swap if not."""
    news = door.page.news(door.request, door.revision)
    if not news:
        return HttpResponse(status=204)
    return door.show("_news.html", news=news)


def url(name: str, version: RubricVersion, *args: object) -> str:
    """An address of the editor."""
    return reverse(f"admin:rubrics_rubricversion_{name}", args=[version.pk, *args])
