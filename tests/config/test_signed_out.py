"""Parts of pages that are asked for after signing out."""

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db
PART = {"HX-Request": "true"}


@pytest.mark.parametrize("path", ["/", "/admin/", "/leads/"])
def test_a_part_is_told_that_one_is_signed_out(path: str) -> None:
    response = Client().get(path, headers=PART)
    assert (response.status_code, response.content) == (401, b"You are signed out.")


@pytest.mark.parametrize("headers", [{}, {**PART, "HX-Boosted": "true"}])
def test_whole_pages_are_led_to_sign_in(headers: dict[str, str]) -> None:
    for path in ("/", "/admin/"):
        response = Client().get(path, headers=headers)
        assert response.status_code == 302
        assert "/login/" in response.headers["Location"]


def test_other_redirects_are_followed(client: Client) -> None:
    response = client.post("/login/", {"username": "nobody"}, headers=PART)
    assert response.status_code == 200
    assert Client().get("/admin", headers=PART).status_code == 301
