"""PostgreSQL's options for a machine that does everything else as well."""

import contextlib
import os
from pathlib import Path

MIB = 1024 * 1024


def total_memory() -> int:
    """Return the machine's memory in bytes, or the container's limit when that is lower."""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    with contextlib.suppress(OSError, ValueError):
        total = min(total, int(Path("/sys/fs/cgroup/memory.max").read_text()))
    return total


def tuning(memory: int, *, is_durable: bool) -> dict[str, str]:
    """Return server options for one machine shared with everything else that runs on it."""
    shared = max(min(memory // 16, 512 * MIB), 32 * MIB)
    options = {
        "max_connections": "100",
        "shared_buffers": f"{shared // MIB}MB",
        "effective_cache_size": f"{max(memory // 2, 256 * MIB) // MIB}MB",
        "work_mem": "16MB",
        "maintenance_work_mem": f"{max(min(memory // 32, 256 * MIB), 32 * MIB) // MIB}MB",
        "max_wal_size": "2GB",
        "checkpoint_timeout": "10min",
        "wal_compression": "pglz",
        "random_page_cost": "1.1",  # everyone has an SSD
        "jit": "off",  # queries are short; compiling them costs more than they do
        # Queue-like tables (scores due, deliveries) bloat fast.
        "autovacuum_naptime": "15s",
        "autovacuum_vacuum_scale_factor": "0.05",
        "autovacuum_analyze_scale_factor": "0.02",
        "autovacuum_vacuum_cost_limit": "1000",
        "log_checkpoints": "off",
        "log_line_prefix": "%m [%p] %u@%d ",
        "timezone": "UTC",
        "log_timezone": "UTC",
    }
    if _shm_size() < 256 * MIB:  # containers get 64 MB, too little for parallel hash joins
        options["max_parallel_workers_per_gather"] = "0"
    if not is_durable:
        # Only ever for the throw-away cluster of a test session.
        options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        # Nobody replicates it, and it does not live long enough to need a vacuum.
        options |= {"wal_level": "minimal", "max_wal_senders": "0", "autovacuum": "off"}
    return options


def _shm_size() -> int:
    try:
        shm = os.statvfs("/dev/shm")  # noqa: S108 - PostgreSQL's own place, only measured
    except OSError:
        return 0
    return shm.f_frsize * shm.f_blocks
