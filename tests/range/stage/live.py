"""Hosts that stay up, for tests and proofs that reach them from where the services run.

    live.enter()  # a proof's first line: goes on inside the range's namespaces, or says what this machine lacks and ends
    with live.LiveRange() as net, net.host(roles=("mail", "gallery")) as host:
        with Stack() as stack: ...  # on loopback, as everywhere; the host is at host.address

The services, Redis, nginx and the proof itself share one network namespace, which has a link to the range's router and no other
(PROVIDER is its address there). Where the namespaces end, all of it ends.
"""

import contextlib
import os
import pathlib
import subprocess
import sys

from stage.booted_host import BootedHost
from stage.live_host import LiveHost
from stage.mail import Sink
from stage.network import PROVIDER, Network, run_ip

INSIDE = pathlib.Path(__file__).resolve().parents[1] / "inside"
SCRATCH = pathlib.Path("/media/range")  # in memory, of this run alone
HOSTS_MAX = 20


def enter() -> None:
    """Starts this program again by `inside`, unless that has been done."""
    if os.environ.get("RESCUE_RANGE") != "inside":
        os.execv(INSIDE, [str(INSIDE), sys.executable, "-B", *sys.argv])


def missing(what: str = "live") -> str:
    """What this machine lacks for "live" hosts or for those with "systemd"; empty where they can run."""
    done = subprocess.run([INSIDE.with_name("check"), what], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    return "" if done.returncode == 0 else done.stdout.strip()


class LiveRange(Network):
    """The network, from enter to exit, and the hosts in it."""

    def __init__(self):
        if os.environ.get("RESCUE_RANGE") != "inside":
            raise RuntimeError(f"live hosts need {INSIDE.name}: see live.enter()")
        SCRATCH.mkdir(exist_ok=True)
        super().__init__(SCRATCH)
        self._hosts = 0

    def attach(self) -> None:
        """The provider's own network: the namespace that this program is in."""
        run_ip("ip", "link", "add", "provider0", "type", "veth", "peer", "name", "to-provider", "netns", "router")
        run_ip("ip", "addr", "add", f"{PROVIDER}/24", "dev", "provider0")
        run_ip("ip", "link", "set", "provider0", "up")
        run_ip("ip", "-n", "router", "addr", "add", "198.19.0.1/24", "dev", "to-provider")
        run_ip("ip", "-n", "router", "link", "set", "to-provider", "up")
        run_ip("ip", "route", "add", "default", "via", "198.19.0.1")

    def __exit__(self, *error) -> None:
        subprocess.run(["ip", "link", "del", "provider0"], capture_output=True, check=False)
        super().__exit__(*error)

    def host(self, roles=(), systemd: bool = False) -> LiveHost:
        """The next host, to be entered: web01 at 192.0.2.10, web02 at 192.0.2.11 …; with `systemd` it is booted as a machine is."""
        if self._hosts == HOSTS_MAX:
            raise RuntimeError(f"a range has {HOSTS_MAX} hosts at most")
        self._hosts += 1
        return (BootedHost if systemd else LiveHost)(self, self._hosts, roles)

    @contextlib.contextmanager
    def sink(self):
        """The mail server that takes what the hosts send, with its envelopes (stage/mail.py)."""
        with Sink(self.work) as sink:
            yield sink
