"""URLs: the reps' pages at the root, admin, API, and the ingest paths SDKs expect."""

from django.contrib import admin
from django.contrib.auth import views as auth
from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/", admin.site.urls),
    path(
        "login/",
        auth.LoginView.as_view(template_name="login.html", redirect_authenticated_user=True),
        name="login",
    ),
    path("logout/", auth.LogoutView.as_view(), name="logout"),
    path("", include("routing.urls")),
]

handler400 = "routing.views.pages.bad_request"
handler403 = "routing.views.pages.permission_denied"
handler404 = "routing.views.pages.page_not_found"
handler500 = "routing.views.pages.server_error"
