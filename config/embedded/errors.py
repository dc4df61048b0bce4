"""The one error of this package."""


class LaunchError(Exception):
    """Something the person at the terminal can act on; its text is one line, shown as it is."""
