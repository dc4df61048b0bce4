"""Every page of the guide: begin, questions, report, objectives. Thin: each calls one service."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from unfold.decorators import display

from leads.admin.base import AppAdmin, change_url
from leads.models import Product
from rubrics.admin.drafts import person
from rubrics.admin.guide import showing
from rubrics.admin.guide.forms import GuideForm, ObjectivesForm, SignatureForm
from rubrics.guide import keeping, reality
from rubrics.guide.knowing import look
from rubrics.guide.questions import PAGES
from rubrics.measures import SpecError
from rubrics.models import SetupGuide

FOLDER = "admin/rubrics/guide"


@admin.register(SetupGuide)
class SetupGuideAdmin(AppAdmin):
    list_display = ("started_at", "product", "shown_state", "preset", "started_by", "signature")
    list_before_template = f"{FOLDER}/_offer.html"
    sortable_by = ()
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[SetupGuide]:
        guides = super().get_queryset(request)
        return guides.select_related("product", "draft__rubric", "started_by")

    @display(
        description="state", label={"Open": "warning", "Answered": "info", "Drafted": "success"}
    )
    def shown_state(self, guide: SetupGuide) -> str:
        if guide.finished_at is None:
            return "Open"
        return "Drafted" if guide.has_drafted else "Answered"

    @display(description="preset")
    def preset(self, guide: SetupGuide) -> str:
        return guide.result["preset"] if guide.result else "-"

    @display(description="approved")
    def signature(self, guide: SetupGuide) -> str:
        signed = guide.signed_on
        return f"{guide.signed_by}, {date_format(signed)}" if signed else "-"

    def has_change_permission(self, request: HttpRequest, obj: SetupGuide | None = None) -> bool:
        return False  # by its own pages, for those who may add one

    def has_delete_permission(self, request: HttpRequest, obj: SetupGuide | None = None) -> bool:
        is_kept = obj is not None and obj.is_closed
        return not is_kept and super().has_delete_permission(request, obj)

    def get_urls(self) -> list[URLPattern]:
        def own(route: str, view: Any, name: str) -> URLPattern:
            return path(route, self.admin_site.admin_view(view), name=f"rubrics_setupguide_{name}")

        return [
            own("begin/", self.begin, "begin"),
            own("<int:pk>/page/<int:number>/", self.page, "page"),
            own("<int:pk>/result/", self.result, "result"),
            own("<int:pk>/draft/", self.draft, "draft"),
            own("<int:pk>/objectives/", self.objectives, "objectives"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """All guides; before the first one, what a guide is."""
        if self.has_add_permission(request) and not SetupGuide.objects.exists():
            return self.begin(request)
        return super().changelist_view(request, *args, **kwargs)

    def add_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.begin(request)

    def change_view(
        self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """The report; of an unfinished guide the page of questions to go on with."""
        guide = self.get_object(request, object_id)
        if guide is None:
            raise Http404
        if guide.finished_at is None and self.has_add_permission(request):
            return self._show_page(request, guide, guide.step)
        return self.result(request, guide.pk)

    def begin(self, request: HttpRequest) -> HttpResponse:
        """What it is, and for which product. POST starts it, or goes on with one left half-way."""
        self._check(request, self.has_add_permission(request))
        products = list(Product.objects.all())
        if request.method == "POST":
            chosen = next((p for p in products if str(p.pk) == request.POST.get("product")), None)
            if chosen is None:
                raise Http404
            guide = keeping.start_guide(
                product=chosen,
                by=person(request),
                at=timezone.now(),
                afresh="afresh" in request.POST,
            )
            return HttpResponseRedirect(_page_url(guide, guide.step))
        left = SetupGuide.objects.open().newest_first().select_related("product").first()
        context = {"title": "Set-up guide", "products": products, "left": left, "pages": PAGES}
        return self._render(request, "begin", context)

    def page(self, request: HttpRequest, pk: int, number: int) -> HttpResponse:
        """One page of questions. POST keeps what is valid, whichever way it goes on."""
        self._check(request, self.has_add_permission(request))
        guide = self._guide(pk)
        if not 1 <= number <= len(PAGES):
            raise Http404
        goes = request.POST.get("go", "next")
        try:
            if request.method == "POST":
                return self._keep_page(request, guide, number, goes)
            if not guide.is_closed:
                return self._show_page(request, guide, number)
            problem = keeping.CLOSED
        except keeping.GuideClosed as error:
            problem = str(error)
        if goes == "save":
            return self._render(request, "_saved", {"problem": problem})
        self.message_user(request, problem, messages.INFO)
        return HttpResponseRedirect(_url("result", guide))

    def _keep_page(
        self, request: HttpRequest, guide: SetupGuide, number: int, goes: str
    ) -> HttpResponse:
        sights = look(guide.product, timezone.now())
        form = GuideForm(PAGES[number - 1], request.POST, initial=guide.answers)
        is_valid, follows, at = form.is_valid(), _follows(goes, number), timezone.now()
        step = number if not is_valid else min(follows, len(PAGES))
        guide = keeping.save_answers(guide, answers=form.answers, step=step, at=at)
        if goes == "save":
            return self._render(request, "_saved", {"form": form, "at": at})
        if not is_valid and goes != "back":
            return self._show_page(request, guide, number, form)
        if follows <= len(PAGES):
            return HttpResponseRedirect(_page_url(guide, follows))
        seen = {key: sight.text for key, sight in sights.items()}
        keeping.finish_guide(guide, seen=seen, at=at)
        return HttpResponseRedirect(_url("result", guide))

    def _show_page(
        self, request: HttpRequest, guide: SetupGuide, number: int, form: GuideForm | None = None
    ) -> HttpResponse:
        sights = look(guide.product, timezone.now())
        known = {key: sight.value for key, sight in sights.items()}
        page = PAGES[number - 1]
        form = form or GuideForm(page, initial={**known, **guide.answers})
        context = {
            "title": f"Set-up guide: {guide.product}",
            "guide": guide,
            "form": form,
            "asked": showing.asked(form, sights, guide.answers),
            "page": page,
            "number": number,
            "action": _page_url(guide, number),
            "steps": showing.steps(guide, number),
            "percent": round(100 * (number - 1) / len(PAGES)),
            "last": number == len(PAGES),
        }
        return self._render(request, "page", context)

    def result(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The recommendation as a report, and the objectives beside what is measured."""
        guide = self._guide(pk)
        self._check(request, self.has_view_permission(request, guide))
        if guide.result is None:
            return HttpResponseRedirect(_page_url(guide, guide.step))
        measured = reality.measure(guide.product, timezone.now())
        context = {
            "title": f"Set-up guide: {guide.product}",
            "guide": guide,
            "may_draft": self.has_add_permission(request)
            and request.user.has_perm("rubrics.add_rubricversion"),
            "comparisons": reality.compare(guide, measured),
            **showing.report(guide),
        }
        return self._render(request, "result", context)

    def draft(self, request: HttpRequest, pk: int) -> HttpResponse:
        """POST makes the draft, and opens it; who comes by a link sees the report."""
        guide = self._guide(pk)
        self._check(request, request.user.has_perm("rubrics.add_rubricversion"))
        if request.method != "POST":
            return HttpResponseRedirect(_url("result", guide))
        try:
            version = keeping.make_draft(guide, by=person(request), at=timezone.now())
        except (SpecError, keeping.GuideUnfinished) as error:
            self.message_user(request, str(error), messages.ERROR)
            return HttpResponseRedirect(_url("result", guide))
        self.message_user(
            request, f"{version} is a draft now; nobody's score changed.", messages.SUCCESS
        )
        return HttpResponseRedirect(change_url(version))

    def objectives(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What is to be achieved; POST keeps it, or records who approved it and when."""
        guide = self._guide(pk)
        self._check(request, self.has_view_permission(request, guide))
        if guide.result is None:
            return HttpResponseRedirect(_page_url(guide, guide.step))
        form, signature = (
            ObjectivesForm(instance=guide),
            SignatureForm(initial={"signed_by": guide.approver, "signed_on": timezone.localdate()}),
        )
        if request.method == "POST":
            self._check(request, self.has_add_permission(request))
            if "sign" in request.POST:
                signature = SignatureForm(request.POST)
                if signature.is_valid():
                    return self._sign(request, guide, signature)
            else:
                form = ObjectivesForm(request.POST, instance=self._guide(pk))
                if form.is_valid():
                    return self._record(request, guide, form)
        context = {
            "title": f"Objectives: {guide.product}",
            "guide": guide,
            "form": form,
            "signature": signature,
            "media": self.media + signature.media,
            "may_change": self.has_add_permission(request) and guide.signed_on is None,
            **showing.agreement(guide),
        }
        return self._render(request, "objectives", context)

    def _record(
        self, request: HttpRequest, guide: SetupGuide, form: ObjectivesForm
    ) -> HttpResponse:
        return self._try(
            request,
            guide,
            "Saved.",
            lambda: keeping.record_objectives(
                guide, objectives=form.cleaned_data, by=person(request), at=timezone.now()
            ),
        )

    def _sign(self, request: HttpRequest, guide: SetupGuide, form: SignatureForm) -> HttpResponse:
        return self._try(
            request,
            guide,
            "The approval is recorded.",
            lambda: keeping.sign_objectives(
                guide, **form.cleaned_data, by=person(request), at=timezone.now()
            ),
        )

    def _try(
        self, request: HttpRequest, guide: SetupGuide, done: str, run: Any
    ) -> HttpResponseRedirect:
        try:
            run()
            self.message_user(request, done, messages.SUCCESS)
        except keeping.GuideClosed as error:
            self.message_user(request, str(error), messages.ERROR)
        return HttpResponseRedirect(_url("objectives", guide))

    def _guide(self, pk: int) -> SetupGuide:
        guide = SetupGuide.objects.select_related("product", "draft__rubric").filter(pk=pk).first()
        if guide is None:
            raise Http404
        return guide

    def _check(self, request: HttpRequest, is_allowed: bool) -> None:
        if not is_allowed:
            raise PermissionDenied

    def _render(self, request: HttpRequest, name: str, context: dict[str, Any]) -> HttpResponse:
        whole = {**self.admin_site.each_context(request), "opts": self.opts, **context}
        return TemplateResponse(request, f"{FOLDER}/{name}.html", whole)


def _follows(goes: str, number: int) -> int:
    """The page to go on with: the one before, the next, or one chosen from the list of them."""
    chosen = {str(n): n for n in range(1, len(PAGES) + 1)}
    return {"back": max(number - 1, 1), "next": number + 1, **chosen}.get(goes, number)


def _url(name: str, guide: SetupGuide) -> str:
    return reverse(f"admin:rubrics_setupguide_{name}", args=[guide.pk])


def _page_url(guide: SetupGuide, number: int) -> str:
    return reverse("admin:rubrics_setupguide_page", args=[guide.pk, number])
