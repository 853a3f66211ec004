"""What rescue-responder finds out of a real Sendmail's relay: sendmail's own rules are asked, and what opens it is named."""
from live_case import LiveCase
from responder import Responder
from scenarios import abuse
from waiting import wait_for

TABLE = "makemap hash /etc/mail/access < /etc/mail/access"


class SendmailRelayTest(LiveCase):
    roles = ("sendmail",)

    def setUp(self):
        self.host.shell("cp -a /etc/mail /root/mail-before")

    def tearDown(self):
        self.host.shell("rm -rf /etc/mail; mv /root/mail-before /etc/mail")

    def asked(self):
        """What is left to a person, after survey, plan and verify have said the same of the relay."""
        with Responder(self.host) as responder:
            mail = responder.ask("survey")["mail"]
            plan = responder.ask("plan", ways=[{"way": "open_relay"}])
            ended = responder.ask("verify", ways=[{"way": "open_relay"}])["ended"]
        self.assertEqual((mail["system"], mail["version"], plan["steps"]), ("sendmail", "8.17.1.9", []))
        self.assertEqual([mail["relay"]["open"], ended], [bool(plan["manual"]), not plan["manual"]])
        return " ".join(one["why"] for one in plan["manual"])

    def test_R12_a_closed_relay_is_closed(self):
        self.assertFalse(abuse.relays(self.host))
        self.assertEqual(self.asked(), "")

    def test_R12_what_opens_the_relay_is_named(self):
        for change, named in (
                (f"echo 'Connect:198 RELAY' >> /etc/mail/access; {TABLE}", '"Connect:198 RELAY"'),
                ("echo 203.0 > /etc/mail/relay-domains", "/etc/mail/relay-domains"),
                ("echo net > /etc/mail/relay-domains", "/etc/mail/relay-domains"),
                ("""sed -i "/^FEATURE(.nocanonify')/i FEATURE(\\`relay_local_from')dnl" /etc/mail/sendmail.mc
                    m4 /etc/mail/sendmail.mc > /etc/mail/sendmail.cf 2>/dev/null""", "relay_local_from")):
            with self.subTest(named=named):
                self.host.shell(change)
                self.assertIn(named, self.asked())
                self.host.shell("rm -rf /etc/mail; cp -a /root/mail-before /etc/mail")

    def test_R12_what_a_stranger_sees_from_outside_is_what_is_told(self):
        abuse.open_relay(self.host)
        wait_for("the relay to open", lambda: abuse.relays(self.host))
        self.assertIn("promiscuous_relay", self.asked())

    def test_R13_a_suspended_account_is_refused_and_others_work(self):
        way = {"way": "abused_account", "account": abuse.ABUSED, "addresses": list(abuse.BOTS)}
        self.assertTrue(abuse.logs_in(self.host, abuse.ABUSED))
        with Responder(self.host) as responder:
            done = responder.apply_all([way])
            self.assertFalse(abuse.logs_in(self.host, abuse.ABUSED))
            self.assertTrue(responder.ask("verify", ways=[way])["ended"])
            for owner, source in abuse.OWNERS.items():
                self.assertTrue(abuse.logs_in(self.host, owner, source))
            self.assertEqual(responder.apply_all([way]), [])
            responder.undo_all(done)
        self.assertTrue(abuse.logs_in(self.host, abuse.ABUSED))
