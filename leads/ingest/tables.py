"""The compiled signal mappings, kept per process until the database says they changed."""

import threading

from leads.mapping import Mapping, MappingTable, read_conditions, split_path
from leads.models import SignalMapping

_lock = threading.Lock()
_kept: tuple[str, MappingTable] | None = None


def mapping_table(version: str) -> MappingTable:
    """Return the mappings of ``version``, as :func:`leads.ingest.storing.claim_keys` named it."""
    global _kept  # noqa: PLW0603  one cache per process, by design
    with _lock:
        if _kept is None or _kept[0] != version:
            _kept = (version, load_mapping_table())
        return _kept[1]


def load_mapping_table(signal_ids: list[int] | None = None) -> MappingTable:
    """Compile all mappings, or those of some signals."""
    rows = SignalMapping.objects.select_related("signal").order_by("signal_id", "position", "pk")
    if signal_ids is not None:
        rows = rows.filter(signal_id__in=signal_ids)
    return MappingTable(
        Mapping(
            signal_id=row.signal_id,
            product_id=row.signal.product_id,
            kind=row.kind,
            event_name=row.event_name,
            source_id=row.source_id,
            conditions=read_conditions(row.conditions),
            value_path=split_path(row.value_property),
            session_path=split_path(row.session_property),
        )
        for row in rows
    )
