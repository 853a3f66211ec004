"""The mail that waits after an account was abused, in a real Postfix and a real Exim: held, purged, put back; what must survive is delivered."""
import json
import pathlib
import shutil
import subprocess

from case import LiveCase
from scenarios import abuse

ROOT = pathlib.Path(__file__).resolve().parents[2]
DRIVER = ROOT / "build" / "release" / "tests" / "purge" / "rescue-queue-driver"
SPAM, USUAL = 48, 15
CRITERIA = json.dumps({"any": [{"account": abuse.ABUSED}]})


class PostfixQueueTest(LiveCase):
    roles = ("mail",)

    def setUp(self):
        subprocess.run([ROOT / "tools" / "build", "release", "rescue-queue-driver"], check=True, stdout=subprocess.DEVNULL)
        shutil.copy(DRIVER, self.host.root / "usr/local/bin/rescue-queue-driver")

    def work(self, what):
        return json.loads(self.host.run("/usr/local/bin/rescue-queue-driver", what, "/", CRITERIA))

    def test_an_accounts_spam_is_held_purged_and_put_back_and_usual_mail_survives(self):
        self.sink.close()
        usual = abuse.usual_mail(self.host, USUAL, type(self).__name__)
        self.assertEqual(abuse.with_password(self.host, SPAM), SPAM)
        self.host.flush()
        self.assertEqual(self.work("plan")["classes"]["abuse"]["messages"], SPAM)

        self.assertEqual(self.work("hold")["counts"]["held"], SPAM)
        self.assertEqual(self.on_hold(), SPAM)
        self.assertEqual(self.work("hold")["new"], 0)
        self.assertEqual(self.work("release")["released"], SPAM)
        self.assertEqual(self.on_hold(), 0)

        told = self.work("purge")
        self.assertEqual(told["counts"]["judged"], SPAM)
        self.assertEqual(told["counts"]["purged"], SPAM, told)
        self.assertEqual(self.host.queued(), USUAL)
        self.assertEqual(self.work("restore")["restored"], SPAM)
        self.assertEqual((self.host.queued(), self.on_hold()), (SPAM + USUAL, SPAM))
        again = self.work("purge")
        self.assertEqual(again["counts"]["purged"], 2 * SPAM)

        self.sink.open()
        self.host.drain()
        got = self.sink.envelopes()
        self.assertEqual(sorted(usual), sorted(one["message_id"] for one in got))

    def on_hold(self):
        return sum(json.loads(line)["queue_name"] == "hold" for line in self.host.run("postqueue", "-j").splitlines())


class EximQueueTest(PostfixQueueTest):
    roles = ("exim",)

    def on_hold(self):
        return self.host.run("exim4", "-bp").count("*** frozen ***")
