"""What the precheck sees of a complaint from outside, on hosts that run Postfix, Exim and apache as Debian ships them."""
import json
import pathlib
import subprocess

from live_case import LiveCase
from scenarios import abuse
from waiting import wait_for

ROOT = pathlib.Path(__file__).resolve().parents[2]
LOOK = ROOT / "build" / "release" / "tests" / "outside-look"


def look(host, **complaint):
    done = subprocess.run([LOOK, json.dumps(complaint), host.address], capture_output=True, text=True, timeout=240, check=True, stdin=subprocess.DEVNULL)
    return json.loads(done.stdout)


class PostfixTest(LiveCase):
    roles = ("mail", "gallery")

    def test_an_open_relay_is_told_from_a_closed_one_and_nothing_is_delivered(self):
        closed = look(self.host, kind="open_relay", port=25)
        self.assertEqual((closed["answer"], closed["seen"]["tricks"], closed["seen"]["asked_all"]), ("not_reproduced", [], True), closed["why"])
        abuse.open_relay(self.host)
        wait_for("the relay to open", lambda: abuse.relays(self.host))
        opened = look(self.host, kind="open_relay", port=25)
        self.assertEqual(opened["answer"], "confirmed", opened)
        self.assertEqual(opened["seen"]["tricks"][0], "foreign to foreign")
        said = [line["text"] for line in opened["transcript"] if line["from"] == "us"]
        self.assertEqual([text for text in said if text.startswith(("DATA", "BDAT"))], [])
        self.assertEqual(said[-1], "QUIT")
        self.assertEqual((self.host.queued(), self.sink.envelopes()), (0, []))

    def test_a_page_that_is_served_is_told_from_one_that_is_gone(self):
        served = look(self.host, kind="phishing_url", url="http://shop.example.com/")
        self.assertEqual((served["answer"], served["seen"]["status"]), ("confirmed", 200), served["why"])
        gone = look(self.host, kind="malware_url", url="http://shop.example.com/no-such-page.exe")
        self.assertEqual((gone["answer"], gone["seen"]["status"]), ("not_reproduced", 404), gone["why"])

    def test_an_open_port_is_told_from_a_closed_one(self):
        self.assertRegex(look(self.host, kind="open_port", port=22)["seen"]["banner"], r"^SSH-2\.0-")
        self.assertEqual(look(self.host, kind="open_port", port=6379)["answer"], "not_reproduced")


class EximTest(PostfixTest):
    roles = ("exim", "gallery")
