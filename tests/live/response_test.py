"""Mail abuse is ended on live hosts by rescue-responder, as it is seen from outside, and undone byte for byte."""
import smtplib
import subprocess
import sys
import unittest

from live_case import TESTS, LiveCase
from responder import Responder
from scenarios import abuse
from stage import live
from stage.network import BOTS, inside
from waiting import wait_for

sys.path.insert(0, str(TESTS / "prove" / "mail_abuse"))

import scenes  # noqa: E402

SPAM, USUAL = 24, 10

# Says that it is in, logged in where it has a name, and once it is told to sends on in the same session.
SESSION = """
import smtplib, sys
host, port, source, *login = sys.argv[1:]
session = smtplib.SMTP(host, int(port), source_address=(source, 0), timeout=60)
session.ehlo()
if login:
    session.login(*login)
print("in", flush=True)
sys.stdin.readline()
try:
    session.mail("billing@pay-service.example")
    print("goes on" if session.rcpt("relay-test@elsewhere.example")[0] == 250 else "refused")
except (smtplib.SMTPException, OSError):
    print("ended")
"""


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

    def session_ends(self, source, port, ways, *login):
        """One that was there before the response does not go on after it, and the next begins at once."""
        if not self.host.is_exim():
            self.host.run("postfix", "reload")  # the session is its process's first: where such a one dies, no other begins for a minute
        client = subprocess.Popen([*inside(source), sys.executable, "-c", SESSION, self.host.address, str(port), source, *login], text=True,
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.assertEqual(client.stdout.readline(), "in\n")
        with Responder(self.host) as responder:
            done = responder.apply_all(ways)
            self.assertEqual([told for one in done for told in one["record"]["told"] if not told["ok"]], [])
            self.assertEqual(client.communicate("\n", timeout=60)[0], "ended\n")
            for owner, address in abuse.OWNERS.items():
                self.assertTrue(abuse.logs_in(self.host, owner, address))
            responder.undo_all(done)
        if not self.host.is_exim():
            self.assertNotIn("throttling", (self.host.root / "var/log/mail.log").read_text())

    def test_R13_a_relay_that_is_closed_is_closed_from_outside(self):
        self.respond("open_relay")
        self.assertTrue(abuse.relays(self.host))

    def test_R13_a_strangers_session_does_not_outlive_the_open_relay(self):
        abuse.open_relay(self.host)
        self.host.wait_until("the relay to open", lambda: abuse.relays(self.host))
        self.session_ends(abuse.STRANGER, 25, [{"way": "open_relay"}])

    def test_R13_a_suspended_account_is_refused_and_others_work(self):
        self.respond("abused_account", account=abuse.ABUSED)
        self.assertTrue(abuse.logs_in(self.host, abuse.ABUSED))

    def test_R13_a_session_from_an_address_that_nobody_knows_of_ends(self):
        self.session_ends(BOTS[0], abuse.SUBMISSION, [{"way": "abused_account", "account": abuse.ABUSED, "addresses": [abuse.THIEF]}],
                          abuse.ABUSED, self.host.passwords[abuse.ABUSED])

    def test_R13_a_script_that_is_stopped_mails_no_more(self):
        self.respond("abused_script", script=abuse.PATH, addresses=[abuse.INTRUDER])


@unittest.skipIf(live.missing("systemd"), f"not run: {live.missing('systemd')}")
class PostfixResponseTest(EximResponseTest):
    roles = ("mail", "gallery")
    systemd = True


class OtherPlacesTest(LiveCase):
    """Accounts in Cyrus' data base and in a file of Dovecot's, sites with a pool of PHP-FPM of their own."""
    roles = ("mail", "resellers", "fpm")

    def logs_in(self, account, port=2587):
        with smtplib.SMTP(self.host.address, port, timeout=20) as server:
            server.ehlo("client.example")
            try:
                server.login(f"{account}@example.jp", f"{account}-of-old")
            except smtplib.SMTPAuthenticationError:
                return False
            return True

    def mails(self, site):
        return self.host.shell(f"wget -q -O- --header 'Host: {site}' http://127.0.0.1/order.php")

    def end(self, ways, path, is_abused):
        """Ended, the same again, undone: as it was, byte for byte."""
        file = self.host.root / path
        before = (file.read_bytes(), file.stat().st_mode, file.stat().st_uid, file.stat().st_gid)
        with Responder(self.host) as responder:
            self.assertTrue(is_abused())
            done = responder.apply_all(ways)
            self.assertEqual([one["state"] for one in done], ["done"])
            wait_for("its end", lambda: not is_abused())
            self.assertNotEqual(before[0], file.read_bytes())
            yield
            self.assertEqual(responder.apply_all(ways), [])
            responder.undo_all(done)
        self.assertEqual(before, (file.read_bytes(), file.stat().st_mode, file.stat().st_uid, file.stat().st_gid))
        wait_for("the way back", is_abused)

    def test_R13_an_account_in_sasldb_is_refused_and_its_neighbour_works(self):
        way = {"way": "abused_account", "account": "reseller@example.jp"}
        for _ in self.end([way], "etc/sasldb2", lambda: self.logs_in("reseller")):
            self.assertTrue(self.logs_in("partner"))

    def test_R13_an_account_in_a_file_of_dovecots_is_refused_and_its_neighbour_works(self):
        way = {"way": "abused_account", "account": "agent@example.jp"}
        for _ in self.end([way], "etc/dovecot/users", lambda: self.logs_in("agent", 587)):
            self.assertTrue(self.logs_in("courier", 587))

    def test_R13_a_pool_of_php_fpm_mails_no_more_and_the_other_does(self):
        way = {"way": "abused_script", "script": "/var/www/shop/order.php"}
        for _ in self.end([way], "etc/php/8.2/fpm/pool.d/shop.conf", lambda: self.mails("shop.example.jp") == "sent"):
            self.assertEqual(self.mails("shop.example.jp"), "refused")
            self.assertEqual(self.mails("www.example.jp"), "sent")
