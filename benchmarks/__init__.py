"""Speed, measured against a baseline in the same run; figures in docs/benchmarks.md."""
