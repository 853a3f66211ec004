"""The Debian host: an overlay on the base root, with sshd, rsyslog, cron and apache running in namespaces of their own."""

import os
import pathlib
import re
import secrets
import signal
import subprocess
import time

from stage import ssh
from stage.network import HOST

FILES = pathlib.Path(__file__).resolve().parent.parent / "host"
NAME = "web01"
TIME_ZONE = "Asia/Tokyo"
WEAK_PASSWORD = "deploy2026"


class Host:
    """Running between enter and stop(); its disk (`root`) stays readable until exit."""

    def __init__(self, lower: pathlib.Path, work: pathlib.Path, network, log_format: str):
        self.lower, self.work, self.log_format = lower, work, log_format
        self.root = work / "disk" / "merged"
        self.passwords = {"deploy": WEAK_PASSWORD, "webadmin": secrets.token_urlsafe(12)}
        self.keys = {}
        self._unshare = None

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
        _run("cp", "-r", f"{FILES}/disk/.", str(self.root))
        _run("chroot", str(self.root), "/bin/bash", "-s", stdin=(FILES / "setup.sh").read_text(), env={
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOST": NAME, "ADDRESS": HOST, "ZONE": TIME_ZONE,
            "LOG_FORMAT": self.log_format, "DEPLOY_PASSWORD": self.passwords["deploy"],
            "WEBADMIN_PASSWORD": self.passwords["webadmin"],
            "OPS_KEY": self.keys["ops"].public, "DEPLOY_KEY": self.keys["deploy"].public})

    def _start(self) -> None:
        self._unshare = subprocess.Popen(
            ["ip", "netns", "exec", "host", "unshare", "--mount", "--pid", "--uts", "--ipc", "--fork", "--kill-child",
             "/bin/bash", "-c", (FILES / "boot.sh").read_text(), "boot", str(self.root), NAME],
            stdin=subprocess.DEVNULL, env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"})
        self.wait_for("/var/log/auth.log", r"Server listening on 0\.0\.0\.0 port 22")
        self.wait_for("/var/log/apache2/error.log", "resuming normal operations")

    def stop(self) -> None:
        """Pulls the plug: SIGKILL, as unshare ignores anything gentler; the logs are what was written by then."""
        if self._unshare is None:
            return
        self._unshare.send_signal(signal.SIGKILL)
        self._unshare.wait(timeout=30)
        self._unshare = None
        _run("sync", "-f", str(self.root))

    def run(self, *argv: str) -> str:
        """Runs a command on the host, as its root."""
        listing = pathlib.Path(f"/proc/{self._unshare.pid}/task/{self._unshare.pid}/children").read_text()
        first = listing.split()[0]
        return subprocess.run(
            ["nsenter", "-t", first, "-m", "-p", "-u", "-i", "-n", "-r", "-w", *argv], check=True, text=True,
            stdout=subprocess.PIPE, timeout=60, stdin=subprocess.DEVNULL, env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}).stdout

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
