"""PostgreSQL and Redis without installing either, for trying Ripeline out and for tests.

The server programs come from two PyPI packages; everything around them is here, because the
packages' own managers open the database to every local user (docs/adr/0001).
"""
