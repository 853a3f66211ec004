"""The mail that waits after an abuse, in a real Postfix, Exim and Sendmail: rescue-responder holds it, purges it and puts it back; what must survive is
delivered."""
import json

from live_case import LiveCase
from responder import Responder
from scenarios import abuse
from waiting import wait_for

SPAM, USUAL, OF_THE_SITE = 48, 15, 4


class PostfixQueueTest(LiveCase):
    roles = ("mail", "gallery", "recommend")

    def setUp(self):
        self.assertEqual(self.host.queued(), 0)
        self.got = len(self.sink.envelopes())
        self.purged = self.purged_before()
        self.sink.close()
        self.usual = abuse.usual_mail(self.host, USUAL, self._testMethodName)
        self.others = 0

    def purged_before(self):
        with Responder(self.host) as responder:
            return responder.ask("queue-purge", criteria={"any": [{"sender": "nobody@nowhere.example"}]}, lock_sha256=responder.lock)["counts"]["purged"]

    def on_hold(self):
        return sum(json.loads(line)["queue_name"] == "hold" for line in self.host.run("postqueue", "-j").splitlines())

    def end(self, way):
        """Hold, release, purge, the way back, purge, each twice; what else waits is delivered in the end."""
        self.host.flush()
        waiting = SPAM + USUAL + self.others
        # One that moves between two queues meanwhile is counted twice.
        wait_for("all to wait", lambda: self.host.queued() == waiting)
        with Responder(self.host) as responder:
            plan = responder.ask("queue-plan", ways=[way])
            self.assertEqual(plan["classes"]["abuse"]["messages"], SPAM, plan)
            criteria = plan["criteria"]

            def work(op, **more):
                return responder.ask(op, lock_sha256=responder.lock, **more)

            held = work("queue-hold", criteria=criteria)
            self.assertEqual(self.on_hold(), SPAM, held)
            self.assertEqual(work("queue-hold", criteria=criteria)["new"], 0)
            self.assertEqual(work("queue-release")["released"], SPAM)
            self.assertEqual((self.on_hold(), work("queue-release")["released"]), (0, 0))

            counts = work("queue-purge", criteria=criteria)["counts"]
            self.assertEqual(counts["purged"] - self.purged, SPAM, counts)
            self.assertEqual(counts["judged"], counts["purged"] + counts["left"] + counts["vanished"])
            self.assertEqual(work("queue-purge", criteria=criteria)["counts"], counts)
            wait_for("what is left to wait", lambda: self.host.queued() == waiting - SPAM)
            work("queue-restore")
            wait_for("all to wait again", lambda: (self.host.queued(), self.on_hold()) == (waiting, SPAM))
            self.assertEqual(work("queue-purge", criteria=criteria)["counts"]["purged"] - self.purged, 2 * SPAM)
            work("queue-forget")
        self.sink.open()
        self.host.drain()
        got = self.sink.envelopes()[self.got:]
        self.assertEqual(len(got), USUAL + self.others)
        self.assertEqual(sorted(self.usual), sorted(one["message_id"] for one in got if one["message_id"] in self.usual))

    def test_R13_mail_of_an_abused_account(self):
        self.assertEqual(abuse.with_password(self.host, SPAM), SPAM)
        self.end({"way": "abused_account", "account": abuse.ABUSED, "addresses": list(abuse.BOTS)})

    def test_R13_mail_through_an_open_relay(self):
        abuse.open_relay(self.host)
        wait_for("the relay to open", lambda: abuse.relays(self.host))
        self.assertEqual(abuse.through_relay(self.host, SPAM), SPAM)
        self.end({"way": "open_relay", "addresses": [abuse.STRANGER]})

    def test_R13_mail_of_a_script_but_not_of_the_sites_own(self):
        script = abuse.upload_mailer(self.host)
        self.assertEqual(abuse.with_script(self.host, SPAM), SPAM)
        self.others = abuse.through_form(self.host, OF_THE_SITE)
        self.end({"way": "abused_script", "script": script})


class EximQueueTest(PostfixQueueTest):
    roles = ("exim", "gallery", "recommend")

    def on_hold(self):
        return self.host.run("exim4", "-bp").count("*** frozen ***")


class SendmailQueueTest(PostfixQueueTest):
    roles = ("sendmail", "gallery", "recommend")

    def on_hold(self):
        return self.host.shell("mailq -qQ").count("QUARANTINE: held by rescue-responder")
