"""Backtests: would the numbers have told who converts? Past leads, as they were then."""
