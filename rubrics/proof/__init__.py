"""The proof: every stored score derived again from the facts (docs/adr/0009)."""

from rubrics.proof.running import (
    ProofRunning,
    prove_some,
    score_again,
    start_nightly,
    start_proof,
)

__all__ = [
    "ProofRunning",
    "prove_some",
    "score_again",
    "start_nightly",
    "start_proof",
]
