"""The Segment HTTP tracking API, as every Segment SDK speaks it (docs/ingest.md)."""
