"""Keys that stand for text: message ids, hit values, sessions and write keys (docs/adr/0003)."""

import secrets
from hashlib import blake2b, sha256
from uuid import UUID

WRITE_KEY_PREFIX = "rlw_"


def hash_key(text: str) -> int:
    """Return the 64-bit signed hash that stands for ``text`` in a hit (BLAKE2b, 8 bytes)."""
    digest = blake2b(text.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def message_key(message_id: str) -> UUID:
    """Return the event key of a message id: the first 128 bits of its SHA-256."""
    return UUID(bytes=sha256(message_id.encode()).digest()[:16])


def message_key_hex(message_id: str) -> str:
    """:func:`message_key` as 32 hex digits; PostgreSQL reads them as the same UUID."""
    return sha256(message_id.encode()).hexdigest()[:32]


def new_write_key() -> str:
    """Return a fresh secret write key: 256 random bits, recognisable by its prefix."""
    return WRITE_KEY_PREFIX + secrets.token_urlsafe(32)


def hash_write_key(write_key: str) -> str:
    """Return what is stored of a write key: its SHA-256, in hex. 256 random bits need no salt."""
    return sha256(write_key.encode()).hexdigest()
