"""How long property tests look: briefly by themselves, EXAMPLES=100 of `make test` for more."""

import os

EXAMPLES = int(os.environ.get("EXAMPLES", "10"))
