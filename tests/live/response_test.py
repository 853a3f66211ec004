"""Mail abuse is ended on live hosts by rescue-responder, as it is seen from outside, and undone byte for byte."""
import sys
import unittest

from live_case import TESTS, LiveCase
from responder import Responder
from scenarios import abuse
from stage import live

sys.path.insert(0, str(TESTS / "prove" / "mail_abuse"))

import scenes  # noqa: E402

SPAM, USUAL = 24, 10


class EximResponseTest(LiveCase):
    roles = ("exim", "gallery")

    def tearDown(self):
        self.sink.open()
        self.host.drain()

    def respond(self, way, **more):
        """The abuse, its end, the same again, and the undoing."""
        play = scenes.Play(scenes.Scene(self.roles[0], way, SPAM, USUAL), self.host, self.sink)
        play.abuse()
        before = play.configuration()
        ways = [{"way": way} | more]
        with Responder(self.host) as responder:
            self.assertTrue(play.still_abused())
            done = responder.apply_all(ways)
            self.assertEqual({one["state"] for one in done}, {"done"})
            self.assertFalse(play.still_abused())
            self.assertTrue(responder.ask("verify", ways=ways)["ended"])
            for owner, source in abuse.OWNERS.items():
                self.assertTrue(abuse.logs_in(self.host, owner, source))
            after = play.configuration()
            self.assertNotEqual(before, after)
            self.assertEqual(responder.apply_all(ways), [])
            self.assertEqual(after, play.configuration())
            responder.undo_all(done)
        self.assertEqual(before, play.configuration())
        self.assertEqual(play.faults, [])

    def test_R13_a_relay_that_is_closed_is_closed_from_outside(self):
        self.respond("open_relay")
        self.assertTrue(abuse.relays(self.host))

    def test_R13_a_suspended_account_is_refused_and_others_work(self):
        self.respond("abused_account", account=abuse.ABUSED)
        self.assertTrue(abuse.logs_in(self.host, abuse.ABUSED))

    def test_R13_a_script_that_is_stopped_mails_no_more(self):
        self.respond("abused_script", script=abuse.PATH, addresses=[abuse.INTRUDER])


@unittest.skipIf(live.missing("systemd"), f"not run: {live.missing('systemd')}")
class PostfixResponseTest(EximResponseTest):
    roles = ("mail", "gallery")
    systemd = True
