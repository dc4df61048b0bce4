"""API tokens, and the people who may sign in."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin as PlainGroupAdmin
from django.contrib.auth.admin import UserAdmin as PlainUserAdmin
from django.contrib.auth.models import Group, User
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from unfold.decorators import action, display
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from integrations.models import ApiToken
from integrations.models.token import Scope
from leads.admin.base import AppAdmin, ModelForm, confirmed, show_secret
from leads.admin.filters import MomentFilter
from routing.models import Qualification

MOST_NAMED = 5

admin.site.unregister(User)
admin.site.unregister(Group)


@admin.register(User)
class UserAdmin(PlainUserAdmin, AppAdmin):  # type: ignore[type-arg]  # not generic at run time
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "full_name", "email", "is_staff", "is_active", "last_login")
    list_filter = ("is_staff", "is_active", "groups")

    instead_of_deleting = (
        "Untick “Active” instead: they can sign in no more, and what they did keeps their name."
    )

    def in_use_by(self, obj: User) -> list[str]:
        used_by = {
            "PQLs they work or worked": Qualification.objects.filter(rep__user=obj),
            "API tokens": ApiToken.objects.filter(user=obj),
        }
        return [name for name, rows in used_by.items() if rows.exists()]

    @display(description="name")
    def full_name(self, user: User) -> str:
        return user.get_full_name()


@admin.register(Group)
class GroupAdmin(PlainGroupAdmin, AppAdmin):
    form = ModelForm
    instead_of_deleting = "They would lose its rights: take them out of it first, on their pages."

    def in_use_by(self, obj: Group) -> list[str]:
        members = [user.get_username() for user in obj.user_set.order_by("pk")[: MOST_NAMED + 1]]
        return [*members[:MOST_NAMED], *(["others"] if len(members) > MOST_NAMED else [])]


class StateFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        return [("usable", "Usable"), ("revoked", "Revoked")]

    def queryset(self, request: Any, queryset: Any) -> Any:
        if self.value() == "usable":
            return queryset.usable(timezone.now())
        return queryset.filter(revoked_at__isnull=False) if self.value() else queryset


class ApiTokenForm(ModelForm):
    scopes = forms.MultipleChoiceField(
        choices=Scope.choices,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text="The least that does the job.",
    )

    class Meta:
        model = ApiToken
        fields = ("name", "user", "scopes", "expires_at")


@admin.register(ApiToken)
class ApiTokenAdmin(AppAdmin):
    """Issued and revoked, never edited: what a key opens does not change under its holder."""

    form = ApiTokenForm
    list_display = ("name", "prefix", "shown_scopes", "user", "state", "created_at", "expires_at")
    list_filter = (StateFilter, ("created_at", MomentFilter))
    list_select_related = ("user",)
    search_fields = ("name", "prefix", "user__username")
    fields = ("name", "user", "scopes", "expires_at")
    actions_detail = ("revoke",)
    readonly_fields = ("shown_scopes", "state")

    def get_fields(self, request: HttpRequest, obj: ApiToken | None = None) -> tuple[Any, ...]:
        if obj is None:
            return self.fields
        return (
            "name",
            "user",
            "prefix",
            "shown_scopes",
            "state",
            ("created_at", "expires_at", "revoked_at"),
        )

    @display(description="scopes")
    def shown_scopes(self, token: ApiToken) -> str:
        return ", ".join(token.scopes)

    @display(
        description="state", label={"Usable": "success", "Revoked": "danger", "Expired": "warning"}
    )
    def state(self, token: ApiToken) -> str:
        if token.revoked_at:
            return "Revoked"
        is_over = token.expires_at is not None and token.expires_at <= timezone.now()
        return "Expired" if is_over else "Usable"

    def has_change_permission(self, request: HttpRequest, obj: ApiToken | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ApiToken | None = None) -> bool:
        return False  # revoked ones stay: who had access when

    def save_model(self, request: HttpRequest, obj: ApiToken, form: Any, change: bool) -> None:
        data = form.cleaned_data
        token, obj.secret = ApiToken.objects.issue(  # type: ignore[attr-defined]  # for response_add
            name=data["name"],
            user_id=data["user"].pk,
            scopes=data["scopes"],
            expires_at=data["expires_at"],
        )
        obj.pk, obj.prefix = token.pk, token.prefix

    def response_add(
        self, request: HttpRequest, obj: ApiToken, post_url_continue: str | None = None
    ) -> HttpResponse:
        secret = obj.secret  # type: ignore[attr-defined]  # set by save_model
        text = "Send it as `Authorization: Bearer …` with every call to the API."
        return show_secret(self, request, obj, title=f"Token {obj.name}", secret=secret, text=text)

    @action(
        description="Revoke",
        icon="block",
        permissions=["acting"],
        url_path="revoke",
    )
    def revoke(self, request: HttpRequest, object_id: str) -> HttpResponse:
        def run(token: ApiToken) -> None:
            ApiToken.objects.filter(pk=token.pk).revoke(timezone.now())
            self.message_user(request, f"{token} is revoked.", messages.SUCCESS)

        return confirmed(
            self,
            request,
            object_id,
            run,
            title="Revoke this token?",
            text="Whatever uses it is refused from this moment on. This cannot be undone.",
            button="Revoke",
        )
