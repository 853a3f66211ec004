"""Four network namespaces: the host, a router, the outside with bad intent, the outside with good intent.

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
SINK = "198.51.100.25"  # the provider's mail relay, which keeps all it is given


class Network:
    """Up on enter, down on exit. `work` must lie in a private mount namespace."""

    def __init__(self, work: pathlib.Path):
        self.work = work

    def __enter__(self) -> "Network":
        # A tmpfs of our own: the names never show outside our mount namespace and need no deleting after a crash.
        os.makedirs("/run/netns", exist_ok=True)
        _run("mount", "-t", "tmpfs", "none", "/run/netns")
        for name in ("host", "router", "attackers", "visitors"):
            _run("ip", "netns", "add", name)
            _run("ip", "-n", name, "link", "set", "lo", "up")
        self._connect("host", "eth0", [HOST], "192.0.2.1")
        self._connect("attackers", "eth0", ATTACKERS, "203.0.113.1")
        self._connect("visitors", "eth0", [*VISITORS, SINK], "198.51.100.1")
        for address in BOTS:
            _run("ip", "-n", "attackers", "addr", "add", f"{address}/32", "dev", "eth0")
        _run("ip", "-n", "router", "route", "add", "198.18.0.0/15", "via", ATTACKERS[0])
        _run("ip", "netns", "exec", "router", "sh", "-c", "echo 1 > /proc/sys/net/ipv4/ip_forward")
        return self

    def __exit__(self, *_) -> None:
        for name in ("host", "router", "attackers", "visitors"):
            subprocess.run(["ip", "netns", "del", name], capture_output=True, check=False)
        subprocess.run(["umount", "/run/netns"], capture_output=True, check=False)

    def _connect(self, name: str, link: str, addresses: list, gateway: str) -> None:
        far = f"to-{name}"[:15]
        _run("ip", "link", "add", link, "netns", name, "type", "veth", "peer", "name", far, "netns", "router")
        for address in addresses:
            _run("ip", "-n", name, "addr", "add", f"{address}/24", "dev", link)
        _run("ip", "-n", name, "link", "set", link, "up")
        _run("ip", "-n", "router", "addr", "add", f"{gateway}/24", "dev", far)
        _run("ip", "-n", "router", "link", "set", far, "up")
        _run("ip", "-n", name, "route", "add", "default", "via", gateway)


def inside(address: str) -> list:
    """The command prefix that runs a client in the namespace which owns `address`."""
    name = "attackers" if address in ATTACKERS or address in BOTS else "visitors"
    return ["ip", "netns", "exec", name]


def _run(*argv: str) -> None:
    subprocess.run(argv, check=True, timeout=30)
