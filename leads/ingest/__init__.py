"""The one way in: messages -> events, hits, leads and accounts, in one transaction."""

from leads.ingest.reading import read_message
from leads.ingest.receiving import ingest
from leads.ingest.types import IngestResult, Message, Refusal

__all__ = ["IngestResult", "Message", "Refusal", "ingest", "read_message"]
