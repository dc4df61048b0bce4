"""Whether a request comes from Slack: signed, over the raw bytes, within five minutes."""

from collections.abc import Mapping

from slack_sdk.signature import SignatureVerifier

from integrations.outbound.secrets import MissingSecretError, secret

SECRET_NAME = "SLACK_SIGNING_SECRET"  # noqa: S105 - the name of a variable
TIMESTAMP, SIGNATURE = "X-Slack-Request-Timestamp", "X-Slack-Signature"


def is_from_slack(body: bytes, headers: Mapping[str, str]) -> bool:
    """Tell whether Slack signed it; False as well where no signing secret is set.

    The library raises on timestamps that are no numbers, and on signatures that are no ASCII.
    """
    timestamp, signature = headers.get(TIMESTAMP, ""), headers.get(SIGNATURE, "")
    if not (timestamp.isascii() and timestamp.isdigit() and signature.isascii()):
        return False
    if len(timestamp) > 12:
        return False
    try:
        verifier = SignatureVerifier(secret(SECRET_NAME))
    except MissingSecretError:
        return False
    try:
        return bool(verifier.is_valid(body, timestamp, signature))
    except UnicodeDecodeError:
        return False  # Slack sends forms: that is ASCII
