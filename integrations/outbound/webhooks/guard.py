"""Which addresses a webhook may reach: the public internet, and what the installation allows.

Whoever may edit webhooks must not reach through them what only this machine can: its metadata
service, its database, its neighbours (SSRF). So a name is resolved once, every address it has is
looked at, and the connection goes to one of these (:mod:`client`): a name that answers otherwise a
moment later gains nothing.
"""

import socket
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from django.conf import settings

Address = IPv4Address | IPv6Address
# IPv4 inside IPv6: NAT64. (Mapped, 6to4 and Teredo addresses Python unwraps by itself.)
_NAT64 = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))


class ForbiddenAddressError(Exception):
    """A webhook must not go there; says why, to people."""


class UnknownHostError(Exception):
    """The host's name has no address at the moment."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a webhook's URL leads."""

    scheme: str
    host: str
    port: int


def target(url: str) -> Target:
    """Read a URL, and refuse what needs no looking up.

    Raises:
        ForbiddenAddressError: no https URL of a host; or a private address.
    """
    if not url.isascii() or any(c.isspace() or ord(c) < 33 or c == "\\" for c in url):
        raise ForbiddenAddressError("Write the URL without spaces and special characters.")
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError as error:
        raise ForbiddenAddressError("This is not a URL.") from error
    if parts.scheme not in {"https", "http"} or not host:
        raise ForbiddenAddressError("Write a full URL that begins with https://.")
    if "@" in parts.netloc:
        raise ForbiddenAddressError(
            "Leave user name and password out of the URL: webhooks are signed instead."
        )
    is_allowed = _is_named(host)
    if parts.scheme == "http" and not is_allowed:
        raise ForbiddenAddressError(f"Use https: what is sent is personal.{_hint(host)}")
    if port not in {None, 443} and not is_allowed:
        raise ForbiddenAddressError(f"Use port 443.{_hint(host)}")
    found = Target(parts.scheme, host, port or (443 if parts.scheme == "https" else 80))
    if literal := _literal(host):
        check([literal], host)
    return found


def resolve(host: str, port: int) -> list[str]:
    """The addresses of a host, all of which may be reached.

    Raises:
        ForbiddenAddressError: one of them may not.
        UnknownHostError: there are none.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise UnknownHostError(f"The name {host} is not known.") from error
    texts = list(dict.fromkeys(str(entry[4][0]).partition("%")[0] for entry in found))
    check([ip_address(text) for text in texts], host)
    return texts


def check(addresses: Sequence[Address], host: str) -> None:
    """Refuse addresses that are not of the public internet, unless the installation allows them.

    Raises:
        ForbiddenAddressError: one of them is neither.
    """
    for address in addresses:
        inner = _unwrapped(address)
        if not (_is_public(inner) or _is_named(host) or _is_in_allowed_network(inner)):
            raise ForbiddenAddressError(
                f"{host} is an address inside a private network.{_hint(host)}"
            )


def _hint(host: str) -> str:
    return f" (If it is meant to be reached, put {host} into WEBHOOK_ALLOWED_HOSTS.)"


def _literal(host: str) -> Address | None:
    """The address a host is, in any of the spellings that sockets understand: 127.1, 0x7f000001."""
    try:
        return ip_address(host.partition("%")[0])
    except ValueError:
        pass
    try:
        return IPv4Address(socket.inet_aton(host))
    except OSError:
        return None


def _unwrapped(address: Address) -> Address:
    if isinstance(address, IPv6Address):
        if any(address in network for network in _NAT64):
            return IPv4Address(int(address) & 0xFFFFFFFF)
        inner = address.ipv4_mapped or address.sixtofour
        if inner is None and address.teredo is not None:
            inner = address.teredo[1]
        if inner is None and int(address) < 2**32 and int(address) > 1:  # ::a.b.c.d, long gone
            inner = IPv4Address(int(address))
        return inner or address
    return address


def _is_public(address: Address) -> bool:
    return address.is_global and not address.is_multicast and not address.is_reserved


def _is_named(host: str) -> bool:
    return host.lower() in {one.lower() for one in settings.WEBHOOK_ALLOWED_HOSTS}


def _is_in_allowed_network(address: Address) -> bool:
    for one in settings.WEBHOOK_ALLOWED_HOSTS:
        try:
            if address in ip_network(one, strict=False):
                return True
        except ValueError:
            continue  # a name
    return False
