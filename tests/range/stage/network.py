"""Network namespaces: hosts, a router, the outside with bad intent, the outside with good intent.

All addresses are documentation addresses (RFC 5737) or those for benchmarks (RFC 2544), of which the bots have one in each of
many networks. No namespace has a link to the machine's own network, so
nothing leaves, and the namespaces vanish with the process that made them.
"""

import os
import pathlib
import subprocess

HOST = "192.0.2.10"
ATTACKERS = [f"203.0.113.{n}" for n in (17, 45, 52, 88, 131, 199)]
VISITORS = [f"198.51.100.{n}" for n in (7, 8, 20, 31, 32, 33, 34, 35, 36, 77)]
BOTS = [f"198.18.{n}.{20 + n}" for n in range(1, 25)]
PROVIDER = "198.19.0.2"  # where the services run beside live hosts
SINK = "198.51.100.25"  # the provider's mail relay, which keeps all it is given


class Network:
    """Up on enter, down on exit: one host. `work` must lie in a private mount namespace."""

    def __init__(self, work: pathlib.Path):
        self.work = work
        self.names = []

    def __enter__(self):
        # A tmpfs of our own: the names never show outside our mount namespace and need no deleting after a crash.
        os.makedirs("/run/netns", exist_ok=True)
        run_ip("mount", "-t", "tmpfs", "none", "/run/netns")
        for name in ("router", "attackers", "visitors"):
            self.add(name)
        self._connect("attackers", "eth0", ATTACKERS, "203.0.113.1")
        self._connect("visitors", "eth0", [*VISITORS, SINK], "198.51.100.1")
        for address in BOTS:
            run_ip("ip", "-n", "attackers", "addr", "add", f"{address}/32", "dev", "eth0")
        run_ip("ip", "-n", "router", "route", "add", "198.18.0.0/15", "via", ATTACKERS[0])
        run_ip("ip", "netns", "exec", "router", "sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward")
        self.attach()
        return self

    def __exit__(self, *_) -> None:
        for name in self.names:
            subprocess.run(["ip", "netns", "del", name], capture_output=True, check=False)
        subprocess.run(["umount", "/run/netns"], capture_output=True, check=False)

    def add(self, name: str) -> None:
        """An empty namespace."""
        run_ip("ip", "netns", "add", name)
        self.names.append(name)
        run_ip("ip", "-n", name, "link", "set", "lo", "up")
        # As systemd has it on a machine: with the kernel's 10 journald drops what syslog is too slow for.
        run_ip("ip", "netns", "exec", name, "sh", "-c", "echo 512 > /proc/sys/net/unix/max_dgram_qlen")

    def attach(self) -> None:
        """What lies behind the router besides the outside: the one host."""
        self.add("host")
        self._connect("host", "eth0", [HOST], "192.0.2.1")

    def _connect(self, name: str, link: str, addresses: list, gateway: str) -> None:
        far = f"to-{name}"[:15]
        run_ip("ip", "link", "add", link, "netns", name, "type", "veth", "peer", "name", far, "netns", "router")
        for address in addresses:
            run_ip("ip", "-n", name, "addr", "add", f"{address}/24", "dev", link)
        run_ip("ip", "-n", name, "link", "set", link, "up")
        run_ip("ip", "-n", "router", "addr", "add", f"{gateway}/24", "dev", far)
        run_ip("ip", "-n", "router", "link", "set", far, "up")
        run_ip("ip", "-n", name, "route", "add", "default", "via", gateway)


def inside(address: str) -> list:
    """The command prefix that runs a client in the namespace which owns `address`; the provider's is the caller's own."""
    if address == PROVIDER:
        return []
    name = "attackers" if address in ATTACKERS or address in BOTS else "visitors"
    return ["ip", "netns", "exec", name]


def run_ip(*argv: str) -> None:
    subprocess.run(argv, check=True, timeout=30)
