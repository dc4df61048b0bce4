"""The golden leads of a version, and keeping a real lead or account as one."""

from collections.abc import Mapping
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone
from unfold.decorators import action

from leads.admin.base import AppAdmin, change_url
from leads.admin.people import AccountAdmin, LeadAdmin
from leads.models import Account, Lead
from rubrics.admin.audit import AuditedPages
from rubrics.admin.drafts import person
from rubrics.admin.golden import for_rubric, list_url
from rubrics.admin.golden_forms import KeepForm, expectation
from rubrics.admin.golden_results import Shown, shown_results
from rubrics.golden.freezing import freeze, frozen_words, versions_to_read
from rubrics.golden.keeping import add_golden_lead, golden_file, subject_of
from rubrics.golden.texts import yaml_text
from rubrics.mappers import compiled
from rubrics.measures import SpecError
from rubrics.models import Rubric, RubricVersion
from rubrics.rows import document_of
from rubrics.scoring.types import Subject


class GoldenPages(AuditedPages):
    """The page of a version that says what it makes of the rubric's golden leads."""

    def has_seeing_golden_permission(
        self, request: HttpRequest, object_id: str | None = None
    ) -> bool:
        return request.user.has_perm("rubrics.view_goldenlead")

    @action(
        description="Golden leads",
        icon="star",
        permissions=["seeing_golden"],
        url_path="golden-leads",
    )
    def golden_leads(self, request: HttpRequest, object_id: str) -> HttpResponse:
        version = self.get_object(request, object_id)
        if version is None:
            raise Http404
        if request.GET.get("download"):
            return self._golden_file(version)
        active = list(version.rubric.golden_leads.active())
        shown, problem = _results(version, active)
        context = {
            **self.admin_site.each_context(request),
            "title": f"Golden leads of {version}",
            "version": version,
            "shown": shown,
            "problem": problem,
            "passing": sum(one.result.passes for one in shown),
            "idle": version.rubric.golden_leads.filter(is_active=False).count(),
            "may_add": request.user.has_perm("rubrics.add_goldenlead"),
            "add_url": for_rubric("add", version.rubric_id),
            "import_url": for_rubric("import_file", version.rubric_id),
            "list_url": list_url(version.rubric_id),
            "opts": self.opts,
            "original": version,
            "back": change_url(version),
        }
        return TemplateResponse(request, "admin/rubrics/golden_leads.html", context)

    @staticmethod
    def _golden_file(version: RubricVersion) -> HttpResponse:
        file = golden_file(version.rubric, document_of(version), at=timezone.now())
        name = f"{version.rubric.key}-golden.yaml"
        return HttpResponse(
            yaml_text(file),
            content_type="application/yaml; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )


def _results(version: RubricVersion, active: list[Any]) -> tuple[list[Shown], str]:
    """What the version makes of them; or why it cannot be scored yet."""
    try:
        return shown_results(compiled(version.pk), active), ""
    except SpecError as error:
        return [], str(error)


class KeepingPages(AppAdmin):
    """The page that keeps what is on this page as a golden lead."""

    subject: Subject

    def has_keeping_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return request.user.has_perm("rubrics.add_goldenlead")

    @action(
        description="Keep as golden lead", icon="star", permissions=["keeping"], url_path="keep"
    )
    def keep(self, request: HttpRequest, object_id: str) -> HttpResponse:
        subject = self.get_object(request, object_id)
        if subject is None:
            raise Http404
        if not self.has_keeping_permission(request):
            raise PermissionDenied
        rubrics = self._rubrics_for(subject)
        initial = {"name": _described(subject), **request.GET.dict()}
        form = KeepForm(rubrics, request.POST or None, initial=initial)
        if request.method == "POST" and form.is_valid():
            try:
                return self._kept(request, subject, form.cleaned_data)
            except SpecError as error:
                form.add_error("rubric", f"{error.problem}.")
        context = {
            **self.admin_site.each_context(request),
            "title": f"Keep {subject} as a golden lead",
            "text": "Every version to come is checked against it. What the rubric reads of it is "
            "kept as of now; of an e-mail only the domain. What happens later changes nothing.",
            "form": form if rubrics.exists() else None,
            "nothing": "No rubric scores it, so there is nothing to keep it for.",
            "button": "Keep",
            "opts": self.opts,
            "original": subject,
            "back": change_url(subject),
        }
        return TemplateResponse(request, "admin/rubrics/form.html", context)

    def _rubrics_for(self, subject: Lead | Account) -> QuerySet[Rubric]:
        """The rubrics of the products that it tries, for its kind."""
        if isinstance(subject, Lead):
            rubrics = Rubric.objects.filter(product__trials__lead=subject)
        else:
            rubrics = Rubric.objects.filter(product__trials__lead__account=subject)
        fitting = [one.pk for one in rubrics.distinct() if subject_of(one) is self.subject]
        return Rubric.objects.filter(pk__in=fitting).order_by("name")

    def _kept(
        self, request: HttpRequest, subject: Lead | Account, cleaned: Mapping[str, Any]
    ) -> HttpResponse:
        now, rubric = timezone.now(), cleaned["rubric"]
        versions = versions_to_read(rubric)
        if not versions:
            raise SpecError("rubric", f"No version of {rubric} can be scored yet")
        frozen = freeze(versions, subject, at=now)
        made = add_golden_lead(
            rubric,
            name=cleaned["name"],
            why=cleaned["why"],
            expect=expectation(cleaned),
            facts=frozen.facts,
            moment=now,
            by=person(request),
            at=now,
            lead=subject if isinstance(subject, Lead) else None,
            account=subject if isinstance(subject, Account) else None,
        )
        kept = f"Kept as of now: {', '.join(frozen_words(frozen.facts))}."
        if frozen.is_faithful:
            self.message_user(request, kept, messages.SUCCESS)
        else:
            told = f"{kept} It scores {frozen.judgement.total} where {subject} scores"
            told += f" {frozen.live.total}: something the rubric reads could not be kept."
            self.message_user(request, told, messages.WARNING)
        return HttpResponseRedirect(change_url(made))


def _described(subject: Lead | Account) -> str:
    """Who it is without saying who: ``VP Marketing, SaaS, 120 employees``."""
    account = subject.account if isinstance(subject, Lead) else subject
    known = account.attributes if account else {}
    parts = [subject.title] if isinstance(subject, Lead) else []
    parts += [str(known.get("industry") or "")]
    parts += [f"{known['employees']} employees"] if known.get("employees") else []
    return ", ".join(part for part in parts if part)[:120]


admin.site.unregister(Lead)
admin.site.unregister(Account)


@admin.register(Lead)
class ScoredLeadAdmin(KeepingPages, LeadAdmin):
    """A lead's page, with what the judgement does with it."""

    subject = Subject.LEAD
    actions_detail = ("keep",)


@admin.register(Account)
class ScoredAccountAdmin(KeepingPages, AccountAdmin):
    """An account's page, with what the judgement does with it."""

    subject = Subject.ACCOUNT
    actions_detail = ("keep",)
