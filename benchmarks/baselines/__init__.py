"""The standard preset as others would compute it, on the same rows, with equal results.

Each leaves ``(lead_id, fit, behavior, total, is_pql)``; ``results.differing`` holds that against
our scores, so that no baseline is fast because it does less.
"""
