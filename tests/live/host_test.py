"""A host that stays up: reached from where the services run, logged in to, cut off and back, and gone with the range."""
import os
import pathlib
import signal
import subprocess
import sys
import threading
import unittest

from live_case import TESTS, LiveCase
from scenarios import abuse
from stage import mail, web
from stage.host import wait_until
from stage.network import ATTACKERS, VISITORS
from waiting import wait_for


class HostTest(LiveCase):
    roles = ("mail", "gallery")

    def test_everybody_logs_in_by_key_and_by_password(self):
        for user in ("root", "admin", "keeper", "ops"):
            for by in ("key", "password"):
                with self.subTest(user=user, by=by):
                    outcome = self.host.log_in(user, "id -un", by)
                    self.assertEqual(outcome.output, f"{user}\n", outcome)

    def test_sudo_is_as_the_access_says(self):
        self.assertEqual(self.host.access("admin")["sudo"], "with_password")
        self.assertFalse(self.host.log_in("admin", "sudo -n true").opened)
        self.assertTrue(self.host.log_in("admin", f"echo '{self.host.access('admin')['sudo_password']}' | sudo -S true").opened)
        self.assertTrue(self.host.log_in("keeper", "sudo -n true").opened)
        self.assertFalse(self.host.log_in("ops", "sudo -n true").opened)

    def test_the_host_key_is_the_one_it_answers_with(self):
        told = subprocess.run(["ssh-keyscan", "-t", "ed25519", self.host.address], capture_output=True, text=True, timeout=30).stdout
        self.assertIn(self.host.host_key, told)

    def test_a_cut_link_is_silent_and_goes_on_when_it_is_mended(self):
        done = []
        talk = threading.Thread(target=lambda: done.append(self.host.log_in("ops", "touch /tmp/begun; sleep 2; echo through")))
        talk.start()
        wait_until("the session", (self.host.root / "tmp/begun").exists)
        self.host.link_down()
        self.assertEqual(self.host.greets(22, timeout_s=1), b"")
        self.host.link_up()
        talk.join(60)
        self.assertEqual([outcome.output for outcome in done], ["through\n"])
        self.assertTrue(self.host.greets(22).startswith(b"SSH-"))

    def test_mail_goes_out_to_the_sink_and_comes_in_to_a_mailbox(self):
        login = ("info", self.host.passwords["info"])
        out = mail.session(VISITORS[3], [mail.message("info@example.jp", "someone@shop.example", "Your order 17")], login)
        self.assertEqual(mail.taken(mail.hand_in([out], port=587, host=self.host.address)), 1)
        kept = wait_for("the mail", lambda: [one for one in self.sink.envelopes() if one["subject"] == "Your order 17"])
        self.assertEqual((kept[0]["from"], kept[0]["to"]), ("info@example.jp", ["someone@shop.example"]))
        inward = mail.session(VISITORS[9], [mail.message("a@partner.example", "sales@example.jp")])
        self.assertEqual(mail.taken(mail.hand_in([inward], host=self.host.address)), 1)
        wait_for("the mail", lambda: mail.look(VISITORS[4], "sales", self.host.passwords["sales"], host=self.host.address) == 1)

    def test_it_refuses_a_stranger_who_wants_to_relay(self):
        asked = mail.session(ATTACKERS[0], [mail.message("x@a.example", "y@b.example")])
        self.assertEqual(mail.taken(mail.hand_in([asked], host=self.host.address)), 0)

    def test_guesses_at_ssh_end_with_the_right_one(self):
        self.assertTrue(abuse.guess_ssh(self.host, tries=6))

    def test_its_web_site_answers(self):
        self.assertEqual(web.request(VISITORS[5], "/", host=self.host.address), 200)

    def test_two_hosts_know_nothing_of_each_other(self):
        with self.net.host(self.roles) as other:
            self.assertNotEqual(other.host_key, self.host.host_key)
            self.assertEqual(other.log_in("root", "hostname").output, f"{other.name}\n")
            self.assertNotEqual(other.name, self.host.name)
            self.host.link_down()
            self.assertTrue(other.greets(22).startswith(b"SSH-"))
            self.host.link_up()

    def test_a_full_disk_and_a_read_only_root_are_real(self):
        with self.net.host(self.roles) as other:
            other.fill_disk()
            self.assertFalse(other.log_in("root", "echo some text > /root/file").opened)
            other.free_disk()
            self.assertTrue(other.log_in("root", "echo some text > /root/file").opened)
            other.make_read_only()
            self.assertFalse(other.log_in("root", "touch /root/other").opened)


class EndTest(unittest.TestCase):
    def test_nothing_is_left_of_a_range_that_was_killed(self):
        program = "import signal; from stage import live; n = live.LiveRange(); n.__enter__(); n.host(('mail',)).__enter__(); print('up', flush=True); signal.pause()"
        environment = {name: value for name, value in os.environ.items() if name != "RESCUE_RANGE"}
        environment["PYTHONPATH"] = str(TESTS / "range")
        killed = subprocess.Popen([TESTS / "range" / "inside", sys.executable, "-B", "-c", program], stdout=subprocess.PIPE, text=True,
                                  env=environment, stdin=subprocess.DEVNULL)
        self.assertEqual(killed.stdout.readline(), "up\n")
        family = descendants(killed.pid)
        self.assertGreater(len(family), 10)
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        killed.stdout.close()
        wait_for("all of it to end", lambda: not [pid for pid in family if pathlib.Path(f"/proc/{pid}").exists()])


def descendants(pid):
    children = [int(child) for task in pathlib.Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()]
    return [*children, *(one for child in children for one in descendants(child))]
