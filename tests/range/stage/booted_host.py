"""A live host that is booted by systemd as a machine is (systemd-nspawn): its daemons are units, its log a journal too."""

import contextlib
import os
import pathlib
import secrets
import signal
import subprocess
import time

from stage.host import wait_until
from stage.live_host import LiveHost

GROUPS = next((path for path in map(pathlib.Path, ("/sys/fs/cgroup/unified", "/sys/fs/cgroup")) if (path / "cgroup.procs").exists()), None)
PREFIX = "rescue-range-"
YOUNG_S = 60
# Nothing of the machine below is laid into its files.
OPTIONS = ("--boot", "--register=no", "--keep-unit", "--quiet", "--resolv-conf=off", "--timezone=off", "--link-journal=no", "--console=pipe")


class BootedHost(LiveHost):
    """What LiveHost is. Units start what packages bring; `start.sh` runs of those roles alone that bring none."""

    def _boot(self) -> None:
        remove_old_groups()
        self._group = GROUPS / f"{PREFIX}{secrets.token_hex(6)}"
        self._group.mkdir()
        # Into its control group first: systemd takes the group that it finds itself in for its own.
        start = 'echo 0 > "$0/cgroup.procs" && exec "$@"'
        with open(self.work / "console", "wb") as console:
            self._unshare = subprocess.Popen(
                ["sh", "-c", start, str(self._group), "systemd-nspawn", *OPTIONS, f"--machine={self.name}", f"--directory={self.root}",
                 f"--network-namespace-path=/run/netns/{self.namespace}"],
                stdin=subprocess.DEVNULL, stdout=console, stderr=console,
                # A machine of its own has no filter of system calls.
                env={"PATH": os.environ["PATH"], "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1", "SYSTEMD_SECCOMP": "0"})

    def _wait_for_log_ins(self) -> None:
        super()._wait_for_log_ins()
        for role in self.roles:
            if not role.packages and (start := role.start.read_text()):
                self.shell(start)

    def stop(self) -> None:
        """Pulls the plug."""
        if self._unshare is None:
            return
        with contextlib.suppress(OSError, IndexError):
            os.kill(self._leader(), signal.SIGKILL)
        super().stop()
        wait_until("the last of its processes to end", lambda: remove_group(self._group))


def remove_old_groups() -> None:
    """Control groups are no part of a namespace: of a range that was killed empty ones are left."""
    for path in GROUPS.glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):
            if path.stat().st_mtime < time.time() - YOUNG_S:
                remove_group(path)


def remove_group(path: pathlib.Path) -> bool:
    """Groups with a process in them stay; true when all are gone."""
    for folder, _, _ in os.walk(path, topdown=False):
        with contextlib.suppress(OSError):
            os.rmdir(folder)
    return not path.exists()
