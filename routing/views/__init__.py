"""The reps' pages."""
