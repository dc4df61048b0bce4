"""Who looks at the admin's pages, unless a test says otherwise."""

import pytest
from django.test import Client

from tests.world import make_admin


@pytest.fixture
def client(db: None) -> Client:
    """The browser of a superuser who is signed in."""
    client = Client()
    client.force_login(make_admin())
    return client
