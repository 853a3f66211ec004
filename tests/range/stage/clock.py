"""What time it is for the host's logs: now, or some days ago."""

import datetime

_back = datetime.timedelta()


def set_back(days: int) -> None:
    global _back
    _back = datetime.timedelta(days=days)


def now() -> str:
    """UTC, RFC 3339, milliseconds."""
    at = datetime.datetime.now(datetime.timezone.utc) - _back
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
