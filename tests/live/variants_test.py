"""Hosts that are as servers out there are: booted by systemd, with another ssh server, with folders from which nothing runs."""
import unittest

from live_case import LiveCase
from stage import live
from scenarios import abuse


class VariantsTest(LiveCase):
    roles = ("mail", "noexec", "nosftp", "slowmail")

    def test_nothing_runs_from_the_folders_of_everybody(self):
        told = self.host.log_in("root", "for d in /tmp /var/tmp /dev/shm; do cp /bin/true $d/t; $d/t; echo $?; rm $d/t; done").output
        self.assertEqual(told.split(), ["126"] * 3)

    def test_no_sftp(self):
        self.assertNotIn("sftp", self.host.run("sshd", "-T"))

    def test_mail_for_a_slow_domain_stays_in_the_queue(self):
        self.assertEqual(abuse.with_password(self.host, 2, account="sales", domains=["here.slow.example"]), 2)
        self.host.flush()
        self.assertEqual(self.host.queued(), 2)

    def test_dropbear_in_place_of_openssh(self):
        with self.net.host(("dropbear",)) as host:
            self.assertTrue(host.greets(22).startswith(b"SSH-2.0-dropbear"))
            self.assertEqual(host.log_in("admin", "id -un").output, "admin\n")
            self.assertFalse(host.log_in("root", "command -v sftp-server scp").opened)


@unittest.skipIf(live.missing("systemd"), f"not run: {live.missing('systemd')}")
class SystemdTest(LiveCase):
    roles = ("mail", "gallery")
    systemd = True

    def test_it_is_booted_as_a_machine_is(self):
        self.assertEqual(self.host.log_in("root", "cat /proc/1/comm").output, "systemd\n")
        self.assertEqual(self.host.run("systemctl", "is-active", "ssh", "apache2", "rsyslog", "cron", "dovecot", "systemd-journald").split(),
                         ["active"] * 6)
        self.assertIn("sshd", self.host.run("journalctl", "--no-pager", "-t", "sshd"))

    def test_it_is_used_as_the_others_are(self):
        self.assertTrue(abuse.receives(self.host))
        self.host.link_down()
        self.assertEqual(self.host.greets(22, timeout_s=1), b"")
        self.host.link_up()
        self.assertTrue(self.host.greets(22).startswith(b"SSH-"))
