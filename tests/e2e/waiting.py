"""Waiting for a state, with a deadline: the only place in the tests that lets time pass."""
import time


class Timeout(AssertionError):
    """What was waited for did not come in time."""


def wait_for(what, probe, timeout_s=15.0):
    """Calls `probe` until it returns something true, and returns that. `what` names it in the error. Asks often at first, then
    ten times a second."""
    deadline = time.monotonic() + timeout_s
    interval_s = 0.01
    last = None
    while True:
        try:
            if last := probe():
                return last
        except (OSError, ValueError) as error:
            last = error
        if time.monotonic() >= deadline:
            raise Timeout(f"{what}: not within {timeout_s:g} s (last: {last!r})")
        time.sleep(interval_s)
        interval_s = min(0.1, interval_s * 1.3)


def let_pass(seconds, holds=lambda: True):
    """Where time itself is what happens, as to a link that is away for so long. It ends early where `holds` does not."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0 and holds():
        time.sleep(min(0.1, left))
