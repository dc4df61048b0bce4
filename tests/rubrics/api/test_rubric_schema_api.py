from django.test import Client
from django.urls import reverse

from rubrics.schema import rubric_schema


def test_editors_get_the_schema_without_a_token(client: Client) -> None:
    response = client.get(reverse("api:rubric-schema"))
    assert response["Content-Type"] == "application/schema+json"
    assert response.json() == rubric_schema("http://127.0.0.1:8000/api/v1/rubric-schema/")
