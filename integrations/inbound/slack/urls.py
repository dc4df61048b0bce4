"""The Request URL of the Slack app's interactivity. With and without a slash: no redirects."""

from django.urls import re_path

from integrations.inbound.slack import views

urlpatterns = [
    re_path(r"^integrations/slack/actions/?$", views.actions, name="slack-actions"),
]
