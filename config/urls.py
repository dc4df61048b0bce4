"""URLs: the reps' pages at the root, admin, API, and the ingest paths SDKs expect."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/", admin.site.urls),
    path("", include("integrations.inbound.segment.urls")),
]
