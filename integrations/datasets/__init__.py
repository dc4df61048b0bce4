"""Bulk files in the neutral interchange format (docs/datasets.md): read, load, score as of then."""
