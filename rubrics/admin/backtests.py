"""Backtests: asked from a version's page, watched, read, taken away as files, made a draft of."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import action, display

from leads.admin.base import change_url, confirmed, page_link
from leads.admin.jobs import JobAdmin
from leads.models import JobState
from rubrics.admin.backtest_form import BacktestForm
from rubrics.admin.backtest_page import page_context
from rubrics.admin.drafts import person
from rubrics.backtests.drafting import NothingProposed, draft_proposal
from rubrics.backtests.export import table_csv
from rubrics.backtests.starting import BacktestRefused, start_backtest, usual_question
from rubrics.backtests.text import figure, percent
from rubrics.measures import SpecError
from rubrics.models import Backtest, RubricVersion
from rubrics.scoring.types import Subject


@admin.register(Backtest)
class BacktestAdmin(JobAdmin):
    list_display = ("started_at", "of", "shown_state", "auc", "pqls", "took", "asked")
    list_filter = (("version__rubric", RelatedDropdownFilter), ("state", ChoicesDropdownFilter))
    list_select_related = ("asked_by", "version__rubric")
    actions_list = ("new",)
    actions_detail = ("again", "proposal", "stop")
    change_form_outer_before_template = "admin/rubrics/backtest.html"
    fields = (("of", "compared"), ("question",), ("started_at", "took", "asked"))
    readonly_fields = ("of", "compared", "question", "took", "asked")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Backtest]:
        rows: QuerySet[Backtest] = super().get_queryset(request)
        rows = rows.select_related("asked_by", "version__rubric__product", "beside__rubric")
        return rows.defer("document", "beside_document", "ages")

    @display(description="version")
    def of(self, backtest: Backtest) -> SafeString:
        return page_link(change_url(backtest.version), backtest.version)

    @display(description="compared with")
    def compared(self, backtest: Backtest) -> SafeString | str:
        return page_link(change_url(backtest.beside), backtest.beside) if backtest.beside else "-"

    @display(description="question")
    def question(self, backtest: Backtest) -> str:
        return backtest.question_words

    @display(description="AUC (95 % interval)")
    def auc(self, backtest: Backtest) -> str:
        versions = backtest.results.get("versions")
        return figure(versions[0]["auc_total"]) if versions else "-"

    @display(description="PQLs that converted")
    def pqls(self, backtest: Backtest) -> str:
        versions = backtest.results.get("versions")
        return percent(versions[0]["pqls"]["precision"]) if versions else "-"

    def get_urls(self) -> list[URLPattern]:
        views = [
            path(
                "ask/<int:version_id>/",
                self.admin_site.admin_view(self.ask),
                name="rubrics_backtest_ask",
            ),
            path(
                "<int:object_id>/table/<slug:name>/",
                self.admin_site.admin_view(self.table),
                name="rubrics_backtest_table",
            ),
        ]
        return [*views, *super().get_urls()]

    def findings(self, request: HttpRequest, job: Backtest) -> dict[str, Any]:
        return page_context(job, request.GET)

    def ask(self, request: HttpRequest, version_id: int) -> HttpResponse:
        """GET asks the question with answers that fit the data; POST starts it."""
        versions = RubricVersion.objects.select_related("rubric__product")
        version = versions.filter(pk=version_id).first()
        if version is None or not self.has_drafting_permission(request):
            raise Http404
        subject = Subject(version.subject)
        usual = usual_question(version.rubric.product_id, at=timezone.now(), subject=subject)
        form = BacktestForm(request.POST or None, version=version, usual=usual)
        if request.method == "POST" and form.is_valid():
            try:
                started = start_backtest(
                    version,
                    beside=form.cleaned_data["beside"],
                    asking=form.asking(),
                    at=timezone.now(),
                    by=person(request),
                )
            except BacktestRefused as refused:
                form.add_error(
                    refused.field if refused.field in form.fields else None, str(refused)
                )
            except SpecError as error:
                form.add_error(None, f"{version} cannot be scored yet. {error}")
            else:
                return HttpResponseRedirect(change_url(started))
        context = {
            **self.admin_site.each_context(request),
            "title": f"Backtest {version}",
            "form": form,
            "usual": usual,
            "many": subject.many,
            "opts": self.opts,
            "original": version,
            "back": change_url(version),
            "media": self.media + form.media,
        }
        return TemplateResponse(request, "admin/rubrics/ask_backtest.html", context)

    def table(self, request: HttpRequest, object_id: int, name: str) -> HttpResponse:
        """One table as CSV."""
        backtest = self.get_object(request, str(object_id))
        if backtest is None or not backtest.results or not self.has_view_permission(request):
            raise Http404
        try:
            text = table_csv(backtest.results, name)
        except KeyError as error:
            raise Http404 from error
        file = f"backtest-{backtest.pk}-{name}.csv"
        return HttpResponse(
            text,
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{file}"'},
        )

    def get_actions_detail(self, request: HttpRequest, object_id: int) -> list[Any]:
        actions: list[Any] = super().get_actions_detail(request, object_id)
        row = Backtest.objects.filter(pk=object_id).values_list(
            "state", "results__weights__changes"
        )
        state, changes = row.first() or ("", None)
        hidden = [] if changes else ["_proposal"]
        hidden += ["_again"] if state == JobState.RUNNING else []
        return [one for one in actions if not one.action_name.endswith(tuple(hidden) or "-")]

    @action(description="New backtest", icon="add", permissions=["drafting"], url_path="new")
    def new(self, request: HttpRequest) -> HttpResponse:
        """Of the version that scores now; another one is backtested from its own page."""
        versions = RubricVersion.objects.filter(subject=Subject.LEAD)
        version = versions.published().order_by("-published_at").first() or versions.last()
        if version is None:
            self.message_user(request, "Make a rubric first.", messages.INFO)
            return HttpResponseRedirect(reverse("admin:rubrics_backtest_changelist"))
        return HttpResponseRedirect(ask_url(version))

    @action(description="Ask again", icon="refresh", permissions=["drafting"], url_path="again")
    def again(self, request: HttpRequest, object_id: str) -> HttpResponse:
        backtest = self.get_object(request, object_id)
        if backtest is None:
            raise Http404
        return HttpResponseRedirect(ask_url(backtest.version))

    @action(
        description="Open proposed points as a draft",
        icon="edit_note",
        permissions=["drafting"],
        url_path="proposal",
    )
    def proposal(self, request: HttpRequest, object_id: str) -> HttpResponse:
        def run(backtest: Backtest) -> HttpResponse:
            draft = draft_proposal(backtest, by=person(request), at=timezone.now())
            self.message_user(request, f"{draft} is a draft now.", messages.SUCCESS)
            return HttpResponseRedirect(change_url(draft))

        return confirmed(
            self,
            request,
            object_id,
            run,
            title="Open the proposed points as a draft?",
            text="The draft is this version with the points that the outcomes gave. Look at each "
            "of them: what you know of your market counts more. Nobody's score changes before it "
            "is published.",
            button="Make the draft",
            refuses=(NothingProposed, SpecError),
        )


def ask_url(version: RubricVersion) -> str:
    """Where a backtest of this version is asked."""
    return reverse("admin:rubrics_backtest_ask", args=[version.pk])
