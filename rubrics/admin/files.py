"""Rubrics as files in the admin: two versions compared, a file imported, a version downloaded."""

import hashlib
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from unfold.decorators import action
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminSelectWidget

from leads.admin.base import AppAdmin, Form, change_url
from leads.models import Product
from rubrics.admin.drafts import person
from rubrics.admin.golden_forms import MonospaceTextarea
from rubrics.comparing import Comparison, compare_documents
from rubrics.files import RubricFile, parse_text, version_document, version_text
from rubrics.files.naming import PRESET, comparable_version
from rubrics.files.reading import MOST_BYTES
from rubrics.importing import import_rubric, plan_import
from rubrics.measures import SpecError
from rubrics.models import Rubric, RubricVersion
from rubrics.presets import load_preset, preset_names
from rubrics.rows import whole_document


class VersionFilePages(AppAdmin):
    """A version compared with another one or a preset, and as a file."""

    @action(
        description="Compare with…",
        icon="difference",
        permissions=["viewing"],
        url_path="compare",
    )
    def compare(self, request: HttpRequest, object_id: str) -> HttpResponse:
        version = self.get_object(request, object_id)
        if version is None:
            raise Http404
        other = comparable_version(version)
        chosen = request.GET.get("with") or str(other.pk if other else "")
        then, comparison, problem = None, None, ""
        try:
            then = _other(chosen)
            comparison = _compared(then, version) if then else None
        except SpecError as error:
            problem = str(error)
        context = {
            **self.admin_site.each_context(request),
            "title": f"{version} compared",
            "version": version,
            "choices": _choices(version),
            "chosen": chosen,
            "then": then,
            "comparison": comparison,
            "problem": problem,
            "opts": self.opts,
            "original": version,
            "back": change_url(version),
        }
        return TemplateResponse(request, "admin/rubrics/compare.html", context)

    @action(
        description="Reference sheet",
        icon="description",
        permissions=["viewing"],
        url_path="sheet",
    )
    def sheet(self, request: HttpRequest, object_id: str) -> HttpResponse:
        # Among the pages that reps read too; they have no rights here.
        return HttpResponseRedirect(reverse("routing:rubric-sheet", args=[object_id]))

    @action(
        description="Download as YAML",
        icon="download",
        permissions=["viewing"],
        url_path="download",
    )
    def download(self, request: HttpRequest, object_id: str) -> HttpResponse:
        version = self.get_object(request, object_id)
        if version is None:
            raise Http404
        try:
            text = version_text(version)
        except SpecError as error:
            told = f"This draft is no whole rubric yet, so there is no file of it. {error}"
            self.message_user(request, told, messages.ERROR)
            return HttpResponseRedirect(change_url(version))
        name = f"{version.rubric.key}-v{version.number}.yaml"
        return HttpResponse(
            text,
            content_type="application/yaml; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )


def _choices(version: RubricVersion) -> list[tuple[str, list[tuple[str, str]]]]:
    """Every other version by rubric, its own rubric first; then the presets."""
    versions = RubricVersion.objects.exclude(pk=version.pk).select_related("rubric")
    by_rubric: dict[str, list[tuple[str, str]]] = {str(version.rubric): []}
    for one in versions.order_by("rubric__name", "-number"):
        told = f"{one}, {one.get_status_display().lower()}"
        by_rubric.setdefault(str(one.rubric), []).append((str(one.pk), told))
    presets = [(f"{PRESET}{name}", name) for name in preset_names()]
    return [*((name, found) for name, found in by_rubric.items() if found), ("Presets", presets)]


def _other(chosen: str) -> RubricVersion | str | None:
    """The version of that id, or the name of a preset."""
    if chosen.startswith(PRESET):
        load_preset(chosen.removeprefix(PRESET))  # refuses what is none
        return chosen.removeprefix(PRESET)
    if not chosen:
        return None
    versions = RubricVersion.objects.select_related("rubric__product")
    found = versions.filter(pk=chosen).first() if chosen.isdecimal() else None
    if found is None:
        raise SpecError("with", "there is no such version; choose one below")
    return found


def _compared(then: RubricVersion | str, version: RubricVersion) -> Comparison:
    before = whole_document(load_preset(then)) if isinstance(then, str) else version_document(then)
    return compare_documents(before, version_document(version))


class ImportForm(Form):
    """A rubric file, uploaded or pasted; pasting stays, whatever is wrong with it."""

    product = forms.ModelChoiceField(
        Product.objects.order_by("name"), widget=UnfoldAdminSelectWidget, empty_label=None
    )
    into = forms.ModelChoiceField(
        Rubric.objects.select_related("product").order_by("name"),
        label="Draft of",
        required=False,
        widget=UnfoldAdminSelectWidget,
        empty_label="The rubric that the file names (made if there is none)",
    )
    file = forms.FileField(
        required=False,
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".yaml,.yml"}),
        help_text="Its text is put below.",
    )
    text = forms.CharField(
        label="Or its text",
        required=False,
        strip=False,
        max_length=MOST_BYTES,
        widget=MonospaceTextarea(18),
        help_text="YAML, as “Download as YAML” gives it.",
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        upload = cleaned.get("file")
        if upload is not None:
            if upload.size > MOST_BYTES:
                self.add_error("file", "It is larger than 1 MB: that is no rubric.")
            else:
                cleaned["text"] = self._text_of(upload.read())
        if not self.errors and not (cleaned.get("text") or "").strip():
            self.add_error("text", "Choose a file, or paste its text.")
        return cleaned

    def _text_of(self, content: bytes) -> str:
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError:
            self.add_error("file", "It is no text in UTF-8. Save it as UTF-8 and choose it again.")
            return ""


class RubricFilePages(AppAdmin):
    """The page that makes a draft of a file: first it says what it would make."""

    def has_importing_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return request.user.has_perm("rubrics.add_rubricversion")

    @action(
        description="Import a file",
        icon="upload_file",
        permissions=["importing"],
        url_path="import",
    )
    def import_file(self, request: HttpRequest) -> HttpResponse:
        if not self.has_importing_permission(request):
            raise PermissionDenied
        if not Product.objects.exists():
            self.message_user(request, "Add the product first: a rubric belongs to one.")
            return HttpResponseRedirect(reverse("admin:leads_product_changelist"))
        form = ImportForm(request.POST or None, request.FILES or None, initial=request.GET.dict())
        plan, text = None, ""
        if request.method == "POST" and form.is_valid():
            cleaned = form.cleaned_data
            text, seen = cleaned["text"], cleaned["seen"]
            digest = _digest(cleaned)
            try:
                file = parse_text(text)
                target = {"product": cleaned["product"], "into": cleaned["into"]}
                if "confirm" in request.POST and seen == digest:
                    return self._import(request, file, target)
                plan = plan_import(file, **target)
            except SpecError as error:
                form.add_error("text", f"{error}. Nothing was made.")
            form = _shown_again(form, request.POST, text, digest)
        context = {
            **self.admin_site.each_context(request),
            "title": "Import a rubric file",
            "form": form,
            "plan": plan,
            "opts": self.opts,
            "back": reverse("admin:rubrics_rubric_changelist"),
        }
        return TemplateResponse(request, "admin/rubrics/import.html", context)

    def _import(
        self, request: HttpRequest, file: RubricFile, target: dict[str, Any]
    ) -> HttpResponse:
        made = import_rubric(file, by=person(request), at=timezone.now(), **target)
        told = f"{made} is a draft now. Nobody's score changes before it is published."
        self.message_user(request, told, messages.SUCCESS)
        return HttpResponseRedirect(change_url(made))


def _digest(cleaned: dict[str, Any]) -> str:
    """What was looked at, so that nothing else is made by the second click."""
    into = cleaned["into"].pk if cleaned["into"] else ""
    looked_at = f"{cleaned['product'].pk} {into} {cleaned['text']}".replace("\r\n", "\n")
    return hashlib.sha256(looked_at.encode("utf-8", "replace")).hexdigest()


def _shown_again(form: ImportForm, posted: QueryDict, text: str, digest: str) -> ImportForm:
    """The form with the text of the file in it: an upload cannot be kept, its text can."""
    data = posted.copy()
    data["text"], data["seen"] = text, digest
    shown = ImportForm(data)
    shown.full_clean()
    for field, errors in form.errors.items():
        shown.add_error(field, list(errors))
    return shown
