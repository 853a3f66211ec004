"""What is ours on a live host and must not stay there: processes, and the folders that programs are sent to."""
import contextlib

from waiting import Timeout, wait_for

LOOK = r"""for p in /proc/[0-9]*; do
  l=$({ tr '\0' ' ' < $p/cmdline; } 2>/dev/null || true)
  case $l in *'for p in /proc'*) ;; */.rescue-*|*'echo rescue-'*|'program '*) echo "$l" | head -c 80;; esac
done
ls -d /tmp/.rescue-* /var/tmp/.rescue-* /dev/shm/.rescue-* /run/.rescue-* /root/.rescue-* 2>/dev/null || true"""


def ours(host):
    """In words; empty where nothing is."""
    return host.shell(LOOK).strip()


def nothing_stays(host, timeout_s):
    """What of ours is still there after that time; empty as soon as nothing is."""
    with contextlib.suppress(Timeout):
        wait_for("nothing of ours to stay", lambda: not ours(host), timeout_s)
    return ours(host)
