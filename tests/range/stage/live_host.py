"""One host that stays up: how to reach it, log in to it, cut its link."""

import base64
import contextlib
import hashlib
import pathlib
import secrets
import socket
import subprocess

from stage import base_root, ssh
from stage.host import FILES, Host, wait_until
from stage.network import PROVIDER, VISITORS, run_ip

GATEWAY = "192.0.2.1"
# How root's rights are got: by nobody's leave, with sudo and a password, with sudo alone, not at all.
SUDO = {"root": "none", "admin": "with_password", "keeper": "without_password", "ops": "none"}
READ_ONLY = """
for process in /proc/[0-9]*; do
  case $(cat $process/comm 2>/dev/null) in sshd|dropbear|bash|sh|sleep|cat) ;; *) kill -KILL ${process#/proc/} 2>/dev/null || true;; esac
done
for try in $(seq 50); do
  mount -o remount,bind,ro / 2>/dev/null && exit
  sleep 0.1
done
exit 1
"""
HOST_KEYS = ("etc/ssh/ssh_host_ed25519_key.pub", "etc/dropbear/dropbear_ed25519_host_key.pub")


def address_of(number: int) -> str:
    """web01 is 192.0.2.10."""
    return f"192.0.2.{9 + number}"


class LiveHost(Host):
    """Up from enter to exit. `address`, `port`; `keys` and `passwords` of root, admin, keeper and ops (and the passwords of the
    roles' accounts); `root` is its disk as the range sees it."""
    port = 22
    base = base_root.PACKAGES + ",systemd-sysv"  # as every server has it, booted with it (stage/booted_host.py) or not

    def __init__(self, net, number: int, roles=(), log_format: str = "rfc3339"):
        self.name = self.namespace = f"web{number:02}"
        self.address = address_of(number)
        self._net = net
        work = net.work / self.name
        work.mkdir(exist_ok=True)
        super().__init__(work, log_format, roles)
        self.passwords |= {account: secrets.token_urlsafe(12) for account in SUDO}

    def __enter__(self) -> "LiveHost":
        self._lay_link()
        with contextlib.ExitStack() as undo:
            undo.push(self)
            super().__enter__()
            undo.pop_all()
        return self

    # ---- how it is set up

    def _lay_link(self) -> None:
        """A link of its own to the router, which knows this one address behind it."""
        self._net.add(self.namespace)
        run_ip("ip", "link", "add", "eth0", "netns", self.namespace, "type", "veth", "peer", "name", f"to-{self.name}", "netns", "router")
        run_ip("ip", "-n", self.namespace, "addr", "add", f"{self.address}/32", "dev", "eth0")
        run_ip("ip", "-n", self.namespace, "link", "set", "eth0", "up")
        run_ip("ip", "-n", self.namespace, "route", "add", "default", "via", GATEWAY, "dev", "eth0", "onlink")
        run_ip("ip", "-n", "router", "addr", "add", f"{GATEWAY}/32", "dev", f"to-{self.name}")
        # While the link is down its route is gone, and this one lets what is sent vanish without a word.
        run_ip("ip", "-n", "router", "route", "add", "blackhole", f"{self.address}/32", "metric", "500")
        self.link_up()

    def _facts(self) -> dict:
        for account in SUDO:
            self.keys.setdefault(account, ssh.make_key(self.work, f"{account}-live", f"{account}@office"))
        named = {f"{account.upper()}_KEY": self.keys[account].public for account in SUDO}
        return super()._facts() | named | {f"{account.upper()}_PASSWORD": self.passwords[account] for account in SUDO}

    def _scripts(self) -> list:
        scripts = super()._scripts()
        return [*scripts[:-1], FILES / "live.sh", scripts[-1]]

    def _wait_for_log_ins(self) -> None:
        wait_until(f"ssh at {self.address}", lambda: self.greets(self.port).startswith(b"SSH-"))

    # ---- the link

    def link_down(self) -> None:
        """Cut: what is sent to the host, or by it, is lost, and nobody is told."""
        run_ip("ip", "-n", "router", "link", "set", f"to-{self.name}", "down")

    def link_up(self) -> None:
        """Mended: connections that waited go on."""
        run_ip("ip", "-n", "router", "link", "set", f"to-{self.name}", "up")
        run_ip("ip", "-n", "router", "route", "replace", f"{self.address}/32", "dev", f"to-{self.name}")

    def greets(self, port: int, timeout_s: float = 2) -> bytes:
        """The first bytes that a service says of itself; none where nobody answers."""
        try:
            with socket.create_connection((self.address, port), timeout_s) as link:
                link.settimeout(timeout_s)
                return link.recv(256)
        except OSError:
            return b""

    # ---- log-ins

    @property
    def host_key(self) -> str:
        """The public key that it answers with: "ssh-ed25519 AAAA…"."""
        path = next(self.root / name for name in HOST_KEYS if (self.root / name).exists())
        return " ".join(path.read_text().split()[:2])

    @property
    def host_key_sha256(self) -> str:
        """The same as ssh shows it: "SHA256:…"."""
        digest = hashlib.sha256(base64.b64decode(self.host_key.split()[1])).digest()
        return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")

    def access(self, user: str = "root", by: str = "key") -> dict:
        """What an order's sealed access says, in clear: `user` of SUDO, `by` "key" or "password"."""
        how = {"private_key": self.keys[user].private.read_text()} if by == "key" else {"password": self.passwords[user]}
        sudo = {"sudo": SUDO[user]} | ({"sudo_password": self.passwords[user]} if SUDO[user] == "with_password" else {})
        return {"address": self.address, "port": self.port, "user": user, "host_key": self.host_key} | how | sudo

    def log_in(self, user: str, command: str = "true", by: str = "key", source: str = PROVIDER) -> ssh.Outcome:
        """One ssh log-in with a command, from the provider or from an address outside."""
        if by == "key":
            return ssh.with_key(source, user, self.keys[user], command, host=self.address)
        return ssh.with_passwords(self.work, source, user, [self.passwords[user]], command, host=self.address)

    # ---- what an administrator would have done, or not

    def is_exim(self) -> bool:
        return any(role.name == "exim" for role in self.roles)

    def is_sendmail(self) -> bool:
        return any(role.name == "sendmail" for role in self.roles)

    def queued(self) -> int:
        """Messages in the mail queue."""
        if self.is_sendmail():
            return int(self.shell("find /var/spool/mqueue /var/spool/mqueue-client -name '[qh]f*' | wc -l"))
        return int(self.run("exim4", "-bpc")) if self.is_exim() else len(self.run("postqueue", "-j").splitlines())

    def flush(self) -> None:
        """Tries to deliver all of the queue now."""
        if self.is_sendmail():
            self.shell("sendmail -Ac -q; sendmail -Am -q", timeout_s=300)
            return
        self.run(*(["exim4", "-qff"] if self.is_exim() else ["postqueue", "-f"]), timeout_s=300)

    def drain(self, timeout_s: float = 120) -> None:
        """Until the queue is empty. What is being delivered while the queue is run is left out of that run, so it is run again."""
        self.wait_until("the mail queue to empty", lambda: self.queued() == 0 or self.flush(), timeout_s)

    def wait_until(self, what: str, state, timeout_s: float = 60) -> None:
        wait_until(what, state, timeout_s)

    def shell(self, script: str, timeout_s: float = 60) -> str:
        return self.run("sh", "-ec", script, timeout_s=timeout_s)

    def fill_disk(self) -> None:
        """Until nothing more can be written; `free_disk` takes it back."""
        subprocess.run(["dd", "if=/dev/zero", f"of={self.root}/var/full", "bs=1M"], capture_output=True, check=False)

    def free_disk(self) -> None:
        pathlib.Path(self.root, "var/full").unlink()

    def make_read_only(self) -> None:
        """As after an error of the file system. What held files open for writing, all but sshd, has ended."""
        self.shell(READ_ONLY)
