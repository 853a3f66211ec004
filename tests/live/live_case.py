"""The base of the tests with live hosts: one range per class, with the hosts that it names. Run by `tests/range/inside tests/unittests.py tests/live`."""
import pathlib
import sys
import unittest

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "range"), str(TESTS / "e2e")]

from stage import live  # noqa: E402


class LiveCase(unittest.TestCase):
    """`net`, its `sink` for mail, and `host` with the class's `roles`, booted by `systemd` or not."""
    roles = ()
    systemd = False

    @classmethod
    def setUpClass(cls):
        cls.net = cls.enterClassContext(live.LiveRange())
        cls.sink = cls.enterClassContext(cls.net.sink())
        cls.host = cls.enterClassContext(cls.net.host(cls.roles, systemd=cls.systemd))
