"""What the admin pages of all apps have in common."""

import json
from collections.abc import Callable, Sequence
from functools import wraps
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.forms.models import BaseInlineFormSet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold import admin as unfold
from unfold.decorators import display
from unfold.paginator import InfinitePaginator

from leads.admin.keeping import KeepsWhatIsInUse
from leads.admin.own_words import OwnWords
from leads.models import Account, Lead

if TYPE_CHECKING:  # Django's forms take a model only for the type checker
    PlainModelForm = forms.ModelForm[Any]
    InlineFormSet = BaseInlineFormSet[Any, Any, Any]
else:
    PlainModelForm = forms.ModelForm
    InlineFormSet = BaseInlineFormSet

MOST_SEARCHED = 200


class Form(OwnWords, forms.Form):
    """A form whose errors name the field and the fix."""


class ModelForm(OwnWords, PlainModelForm):
    """The same of a model."""


class StackedInline(unfold.StackedInline):
    """Rows of another table on a page, one below the other, each a small form."""

    form = ModelForm


class TabularInline(unfold.TabularInline):
    """Rows of another table on a page, as a table."""

    form = ModelForm


class AppAdmin(KeepsWhatIsInUse):
    """The page of a model: filters apply on a click, lists use the whole width, and what is in use
    is not deleted. What its form says of a wrong value names the field and the fix."""

    form = ModelForm
    list_filter_submit = True
    list_fullwidth = True
    list_per_page = 50
    list_before_template = "admin/about_list.html"
    warn_unsaved_form = True

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """An address whose id is none leads to a message, before anything is looked up by it."""
        if object_id is not None:
            try:
                self.opts.pk.to_python(unquote(object_id))
            except ValidationError:
                return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        return super().changeform_view(request, object_id, form_url, extra_context)

    # For actions, which ask whether somebody may do a thing at all, whatever the row. By name
    # and not as "app.change_model": unfold looks such a permission up in the database during
    # Django's checks, and so before the first migration has made the table.
    def has_acting_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return self._may(request, "change")

    def has_drafting_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return self._may(request, "add")

    def has_viewing_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return self._may(request, "view")

    def _may(self, request: HttpRequest, verb: str) -> bool:
        options = self.model._meta
        return request.user.has_perm(f"{options.app_label}.{verb}_{options.model_name}")


class ReadOnlyAdmin(AppAdmin):
    """The page of something that is looked at, never edited: facts, and what follows from them."""

    actions: tuple[str, ...] | None = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class BigTableAdmin(ReadOnlyAdmin):
    """A table of millions of rows: never counted, sorted by an index only.

    Searched by the lead, or by the account where ``search_owner`` says so: an id, the beginning of
    an e-mail or domain, or part of a name.
    """

    search_owner: type[Lead] | type[Account] = Lead

    paginator = InfinitePaginator
    show_full_result_count = False
    sortable_by = ()
    search_fields: tuple[str, ...] = ("lead__email",)
    search_help_text = "The lead: id, e-mail or name"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        words = search_term.strip().replace("\x00", "")
        if not words or not self.search_fields:
            return queryset, False
        owner = f"{self.search_owner._meta.model_name}_id"
        if words.isascii() and words.isdigit() and len(words) < 19:
            return queryset.filter(**{owner: int(words)}), False
        named: QuerySet[Any] = self.search_owner.objects.search(words)
        found = list(named.values_list("pk", flat=True)[:MOST_SEARCHED])
        return queryset.filter(**{f"{owner}__in": found}), False


class ReadOnlyInline(TabularInline):
    """Rows of another table on a page, to look at; newest or first ones, page by page."""

    extra = 0
    max_num = 0
    can_delete = False
    per_page = 20
    ordering: tuple[str, ...] = ("pk",)
    tab = True
    hide_title = True

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


def once(column: Callable[[Any, Any], SafeString]) -> Callable[[Any, Any], SafeString]:
    """Work a column out once an object: the theme's templates ask for it several times."""
    attribute = f"_admin_{column.__name__}"

    @wraps(column)
    def cached(model_admin: Any, obj: Any) -> SafeString:
        if attribute not in obj.__dict__:
            setattr(obj, attribute, column(model_admin, obj))
        value: SafeString = getattr(obj, attribute)
        return value

    return cached


def counted(field: str, label: str = "") -> Callable[[Any, Any], str]:
    """A column for a count that may be large: ``12,345``."""

    @display(description=label or field.replace("_", " "), ordering=field)
    def column(_model_admin: Any, obj: Any) -> str:
        return f"{getattr(obj, field):,}"

    return column


def pretty_json(value: Any) -> SafeString:
    """JSON as people read it: indented, in its own order."""
    text = json.dumps(value, indent=2, ensure_ascii=False, default=str)
    return format_html(
        '<pre class="whitespace-pre-wrap break-words font-mono text-xs bg-base-50'
        ' dark:bg-base-800 rounded-default p-3 max-w-4xl">{}</pre>',
        text,
    )


def lead_link(lead_id: int | None, text: object) -> SafeString | str:
    """A lead's name that leads to its admin page."""
    if lead_id is None:
        return "-"
    return page_link(reverse("admin:leads_lead_change", args=[lead_id]), text)


def page_link(url: str, text: object) -> SafeString:
    return format_html(
        '<a class="text-primary-600 dark:text-primary-500" href="{}">{}</a>', url, text
    )


def person(request: HttpRequest) -> Any:
    """The signed-in staff member, as the services take them."""
    return request.user


def show_secret(
    model_admin: AppAdmin, request: HttpRequest, obj: Model, *, title: str, secret: str, text: str
) -> HttpResponse:
    """Answer a POST with the one page that shows a secret. It is kept nowhere, cookies included."""
    context = {
        **model_admin.admin_site.each_context(request),
        "title": title,
        "secret": secret,
        "text": text,
        "opts": model_admin.opts,
        "original": obj,
        "back": change_url(obj),
    }
    return TemplateResponse(request, "admin/secret_once.html", context)


def confirmed(
    model_admin: AppAdmin,
    request: HttpRequest,
    object_id: str,
    run: Callable[[Any], HttpResponse | None],
    *,
    title: str,
    text: str,
    button: str,
    refuses: tuple[type[Exception], ...] = (),
    choices: Sequence[str] = (),
) -> HttpResponse:
    """An action of one object: GET asks, POST does it. What the service refuses is a message.

    With ``choices`` the question has a list to choose from, posted as ``choice``.
    """
    obj = model_admin.get_object(request, object_id)
    if obj is None:
        raise Http404
    if request.method == "POST":
        try:
            return run(obj) or HttpResponseRedirect(change_url(obj))
        except refuses as error:
            model_admin.message_user(request, str(error), messages.ERROR)
            return HttpResponseRedirect(change_url(obj))
    context = {
        **model_admin.admin_site.each_context(request),
        "title": title,
        "text": text,
        "button": button,
        "choices": choices,
        "opts": model_admin.opts,
        "original": obj,
        "back": change_url(obj),
    }
    return TemplateResponse(request, "admin/confirm_action.html", context)


def change_url(obj: Model) -> str:
    """The admin page of an object."""
    meta = obj._meta
    return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[obj.pk])


__all__ = [
    "AppAdmin",
    "BigTableAdmin",
    "Form",
    "InlineFormSet",
    "ModelForm",
    "ReadOnlyAdmin",
    "ReadOnlyInline",
    "StackedInline",
    "TabularInline",
    "change_url",
    "confirmed",
    "counted",
    "lead_link",
    "once",
    "page_link",
    "person",
    "pretty_json",
    "show_secret",
]
