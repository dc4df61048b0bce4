"""What the sources say is usual: bands for a rubric's numbers, and points for kinds of signals.

Pure functions of a document, finished or not.
"""

from rubrics.benchmarks.bands import Band, Reading, Verdict, readings
from rubrics.benchmarks.hints import Hint, hints_for

__all__ = ["Band", "Hint", "Reading", "Verdict", "hints_for", "readings"]
