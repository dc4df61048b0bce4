"""Segment's paths. Both with and without a slash: SDKs count a redirect as delivered."""

from django.urls import re_path

from integrations.inbound.segment import views

urlpatterns = [
    re_path(
        r"^v1/(?P<kind>track|identify|group|page|screen|alias|batch)/?$",
        views.track,
        name="segment-track",
    ),
]
