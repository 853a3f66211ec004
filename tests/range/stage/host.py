"""The Debian host: an overlay on the base root, with sshd, rsyslog, cron, apache and what its roles add running in
namespaces of their own."""

import contextlib
import os
import pathlib
import re
import secrets
import signal
import subprocess
import time

from stage import base_root, clock, ssh
from stage.network import HOST, SINK
from stage.roles import Role

FILES = pathlib.Path(__file__).resolve().parent.parent / "host"
NAME = "web01"
TIME_ZONE = "Asia/Tokyo"
WEAK_PASSWORD = "deploy2026"
FAKE_TIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"


class Host:
    """Running between enter and stop(); its disk (`root`) stays readable until exit."""
    name, namespace, address = NAME, "host", HOST
    base = base_root.PACKAGES

    def __init__(self, work: pathlib.Path, log_format: str, roles=(), days_ago: int = 0):
        self.roles = [Role(name) for name in roles]
        self.lower = base_root.get(self.packages(self.roles))
        self.work, self.log_format = work, log_format
        self.root = work / "disk" / "merged"
        self.passwords = {"deploy": WEAK_PASSWORD, "webadmin": secrets.token_urlsafe(12)}
        self.passwords |= {account: secrets.token_urlsafe(12) for role in self.roles for account in role.accounts}
        self.keys = {}
        self._unshare = None
        self._days_ago = days_ago
        clock.set_back(days_ago)

    @classmethod
    def packages(cls, roles: list) -> str:
        """The list that names the root: the base, less what a role stands in for, and what the roles add."""
        instead_of = {name for role in roles for name in role.instead_of}
        base = [name for name in cls.base.split(",") if name not in instead_of]
        return ",".join([*base, *[package for role in roles for package in role.packages]])

    def __enter__(self) -> "Host":
        # The whole disk of the host is memory: nothing to delete after a crash.
        _run("mount", "-t", "tmpfs", "-o", "size=1g,mode=0755", "none", str(self.work))
        for name in ("upper", "overlay", "merged"):
            (self.work / "disk" / name).mkdir(parents=True)
        disk = self.work / "disk"
        _run("mount", "-t", "overlay", "none", "-o",
             f"lowerdir={self.lower},upperdir={disk}/upper,workdir={disk}/overlay", str(self.root))
        for owner in ("ops", "deploy"):
            self.keys[owner] = ssh.make_key(self.work, f"{owner}-legit", f"{owner}@office")
        self._install()
        self._start()
        return self

    def __exit__(self, *_) -> None:
        self.stop()
        subprocess.run(["umount", str(self.root)], capture_output=True, check=False)
        subprocess.run(["umount", str(self.work)], capture_output=True, check=False)

    def _install(self) -> None:
        """Site, accounts, jobs: what was there long before the recording begins."""
        for disk in (FILES / "disk", *[role.disk for role in self.roles]):
            if disk.exists():
                _run("cp", "-r", f"{disk}/.", str(self.root))
        # Some of it asks for the host's own name.
        named = ("unshare", "--uts", "sh", "-c", 'hostname "$0" && exec "$@"', self.name)
        _run(*named, "chroot", str(self.root), "/bin/bash", "-s", stdin="".join(one.read_text() for one in self._scripts()), env=self._facts())

    def _scripts(self) -> list:
        return [FILES / "setup.sh", *[role.setup for role in self.roles], FILES / "date_back.sh"]

    def _facts(self) -> dict:
        """The environment of the set-up scripts."""
        return {
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOST": self.name, "ADDRESS": self.address, "ZONE": TIME_ZONE,
            "LOG_FORMAT": self.log_format, "DEPLOY_PASSWORD": self.passwords["deploy"],
            "WEBADMIN_PASSWORD": self.passwords["webadmin"], "SINK": SINK,
            "ACCOUNTS": "\n".join(f"{account}:{self.passwords[account]}" for role in self.roles for account in role.accounts),
            "OPS_KEY": self.keys["ops"].public, "DEPLOY_KEY": self.keys["deploy"].public}

    def _start(self) -> None:
        self._boot()
        self._wait_for_log_ins()
        self.wait_for("/var/log/apache2/error.log", "resuming normal operations")
        for role in self.roles:
            wait_until(f"the role {role.name}", lambda role=role: self._is_ready(role))

    def _boot(self) -> None:
        start = [*([] if any(role.is_ssh for role in self.roles) else ["/usr/sbin/sshd"]), *[role.start.read_text() for role in self.roles]]
        self._unshare = subprocess.Popen(
            ["ip", "netns", "exec", self.namespace, "unshare", "--mount", "--pid", "--uts", "--ipc", "--fork", "--kill-child",
             "/bin/bash", "-c", (FILES / "boot.sh").read_text(), "boot", str(self.root), self.name, "\n".join(start), FAKE_TIME,
             str(FILES / "start_logging.sh"), str(self._days_ago)],
            stdin=subprocess.DEVNULL, env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"})

    def _wait_for_log_ins(self) -> None:
        self.wait_for("/var/log/auth.log", r"Server listening on 0\.0\.0\.0 port 22")

    def _is_ready(self, role) -> bool:
        return subprocess.run(self._inside("/bin/sh", "-c", role.ready.read_text()), capture_output=True, timeout=60,
                              stdin=subprocess.DEVNULL, env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}).returncode == 0

    def stop(self) -> None:
        """Pulls the plug: SIGKILL, as unshare ignores anything gentler; the logs are what was written by then."""
        if self._unshare is None:
            return
        self._unshare.send_signal(signal.SIGKILL)
        self._unshare.wait(timeout=30)
        self._unshare = None
        _run("sync", "-f", str(self.root))

    def run(self, *argv: str, timeout_s: float = 60) -> str:
        """Runs a command on the host, as its root."""
        return subprocess.run(
            self._inside(*argv), check=True, text=True, stdout=subprocess.PIPE, timeout=timeout_s, stdin=subprocess.DEVNULL,
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}).stdout

    def _inside(self, *argv: str) -> list:
        return ["nsenter", "-t", str(self._leader()), "-m", "-p", "-u", "-i", "-n", "-r", "-w", *argv]

    def _leader(self) -> int:
        """The host's PID 1, as it is called here."""
        return int(pathlib.Path(f"/proc/{self._unshare.pid}/task/{self._unshare.pid}/children").read_text().split()[0])

    @contextlib.contextmanager
    def days_ago(self, days: int):
        """Within it the clock of the host's log and of its web server stands so many days back; then the logs are rotated,
        as they would have been. Records of log-ins know no such clock: nobody may use ssh meanwhile."""
        self._set_clock(days)
        yield
        self.rotate_logs(everything=False)
        # What was written last on that day is as old as that day.
        self.run("sh", "-c", f"touch -d '{days} days ago' $(find /var/log -name '*.1' -newermt '1 hour ago')")
        self._set_clock(0)

    def _set_clock(self, days: int) -> None:
        if days == self._days_ago:
            return
        self.run("sh", "-c", f"""
            log=$(cat /run/rsyslogd.pid) web=$(cat /run/apache2/apache2.pid)
            kill $log
            apache2ctl stop
            while kill -0 $log || kill -0 $web; do sleep 0.05; done 2>/dev/null
            sh /run/start_logging.sh {days}""")
        self._days_ago = days
        clock.set_back(days)
        wait_until("the log and the web server to run again", lambda: (self._is_up("rsyslogd.pid") and self._is_up("apache2/apache2.pid")))

    def _is_up(self, pid_file: str) -> bool:
        return subprocess.run(self._inside("test", "-s", f"/run/{pid_file}"), stdin=subprocess.DEVNULL).returncode == 0

    def rotate_logs(self, everything: bool) -> None:
        """Debian's own logrotate, forced. `everything` includes wtmp and btmp, which keep one old file only."""
        names = ["/etc/logrotate.conf"] if everything else ["/etc/logrotate.d/rsyslog", "/etc/logrotate.d/apache2"]
        self.run("logrotate", "--force", *names)
        # The package's own hook wants systemd, which this host does not run.
        self.run("sh", "-c", "kill -HUP $(cat /run/rsyslogd.pid); apache2ctl graceful")
        wait_until("a new auth.log", lambda: (self.root / "var/log/auth.log").exists() or self._poke())

    def _poke(self) -> bool:
        # rsyslog opens a file when the first message for it comes.
        self.run("logger", "-p", "auth.info", "-t", "logrotate", "log files rotated")
        return (self.root / "var/log/auth.log").exists()

    def wait_for(self, path: str, pattern: str, timeout_s: float = 90) -> None:
        """Waits until a line of the host's file matches."""
        file = self.root / path.lstrip("/")
        wait_until(f"{pattern} in {path}",
                   lambda: file.exists() and re.search(pattern, file.read_text(errors="replace")), timeout_s)


def wait_until(what: str, state, timeout_s: float = 60) -> None:
    """Polls `state` until it holds; raises TimeoutError naming `what` otherwise."""
    end = time.monotonic() + timeout_s
    while not state():
        if time.monotonic() > end:
            raise TimeoutError(f"the host did not get there: {what}")
        time.sleep(0.1)


def _run(*argv: str, stdin: str = "", env=None) -> None:
    subprocess.run(argv, check=True, input=stdin, text=True, env=env or os.environ, timeout=120)
