"""Golden leads kept with a rubric."""
