import pytest
from django.test import Client

from leads.models import Product, Signal
from routing.models import MessageTemplate

pytestmark = pytest.mark.django_db

URL = "/admin/routing/messagetemplate/add/"
GIVEN = {"name": "Limit", "position": "0", "subject": "Hi {first_name}", "text": "At {company|it}"}


def test_message_is_kept(client: Client) -> None:
    assert client.post(URL, GIVEN).status_code == 302
    assert MessageTemplate.objects.get().text == "At {company|it}"


@pytest.mark.parametrize("field", ["subject", "text"])
def test_message_with_an_unknown_field_is_refused_and_kept_to_edit(
    client: Client, field: str
) -> None:
    page = client.post(URL, {**GIVEN, field: "Dear {firstname}"}).content.decode()
    assert "There is no field {firstname}. The fields are: {first_name}" in page
    assert "Dear {firstname}" in page
    assert not MessageTemplate.objects.exists()


def test_message_for_a_signal_of_another_product_is_refused(client: Client) -> None:
    one, other = (Product.objects.create(key=key, name=key.title()) for key in ("app", "cli"))
    signal = Signal.objects.create(product=other, key="x", name="X")
    page = client.post(URL, {**GIVEN, "product": one.pk, "signal": signal.pk}).content.decode()
    assert "This is a signal of Cli, not of App." in page
