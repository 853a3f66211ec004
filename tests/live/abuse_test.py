"""What is done to a live host to be undone by others: abuse over the network among mail that must survive, on Postfix and on Exim."""
from live_case import LiveCase
from scenarios import abuse
from waiting import wait_for

SPAM, USUAL = 48, 15


class PostfixTest(LiveCase):
    roles = ("mail", "gallery", "recommend")

    def setUp(self):
        self.assertEqual(self.host.queued(), 0)
        self.before = len(self.sink.envelopes())

    def drained(self):
        """All that waited goes out once the relay takes mail again; returns what it got."""
        self.sink.open()
        self.host.drain()
        return self.sink.envelopes()[self.before:]

    def test_a_stranger_sends_through_an_open_relay(self):
        self.assertFalse(abuse.relays(self.host))
        self.assertEqual(abuse.through_relay(self.host, 3), 0)
        abuse.open_relay(self.host)
        wait_for("the relay to open", lambda: abuse.relays(self.host))
        self.sink.close()
        self.assertEqual(abuse.through_relay(self.host, SPAM), SPAM)
        self.assertEqual(self.host.queued(), SPAM)
        self.assertEqual(sum(map(abuse.is_spam, self.drained())), SPAM)

    def test_a_guessed_password_sends_among_usual_mail(self):
        self.assertEqual(abuse.guess_password(self.host, words=("123456",)), 1)
        self.sink.close()
        usual = abuse.usual_mail(self.host, USUAL, type(self).__name__)
        self.assertEqual(abuse.with_password(self.host, SPAM), SPAM)
        self.assertEqual(self.host.queued(), SPAM + USUAL)
        self.assertTrue(abuse.receives(self.host))
        got = self.drained()
        self.assertEqual(sorted(usual), sorted(one["message_id"] for one in got if not abuse.is_spam(one)))

    def test_scripts_of_the_web_site_mail(self):
        abuse.upload_mailer(self.host)
        self.sink.close()
        self.assertEqual(abuse.with_script(self.host, SPAM), SPAM)
        self.assertEqual(abuse.through_form(self.host, SPAM), SPAM)
        self.assertEqual(self.host.queued(), 2 * SPAM)
        self.assertEqual(sum(map(abuse.is_spam, self.drained())), 2 * SPAM)


class EximTest(PostfixTest):
    roles = ("exim", "gallery", "recommend")
