"""The set-up guide: from the sources' discovery questions to a recommended rubric, with reasons.

``answers`` to ``recommending`` and ``filling`` decide, and know neither Django nor the database;
``knowing`` and ``reality`` read what the workspace measured; ``keeping`` writes.
"""
