"""Who is who in Slack: found by e-mail address; set here where that fails."""

from django.contrib import admin
from django.http import HttpRequest
from unfold.decorators import display

from integrations.models import SlackAction, SlackUser
from leads.admin.base import AppAdmin, BigTableAdmin


@admin.register(SlackUser)
class SlackUserAdmin(AppAdmin):
    list_display = ("user", "slack_id", "has_channel")
    list_select_related = ("user",)
    search_fields = ("user__username", "user__email", "slack_id")
    autocomplete_fields = ("user",)
    fields = ("user", "slack_id")

    @display(description="was written to", boolean=True)
    def has_channel(self, found: SlackUser) -> bool:
        return bool(found.channel)

    def save_model(self, request: HttpRequest, obj: SlackUser, form: object, change: bool) -> None:
        obj.channel = ""  # of another member, another channel
        super().save_model(request, obj, form, change)


@admin.register(SlackAction)
class SlackActionAdmin(BigTableAdmin):
    list_display = ("id", "slack_id", "action_ts", "at")
    search_fields = ()
    ordering = ("-id",)
