#!/usr/bin/env python3
"""Within namespaces of its own: runs look-alikes of what intruders leave running on a small root, and the probe beside them.

  live_stage.py ROOT PROGRAM…    each PROGRAM is a name of ACTORS; the document lies in ROOT/out.json then
Everything that it starts does nothing but wait, and ends with the namespace.
"""
import ctypes
import fcntl
import os
import pathlib
import socket
import stat
import struct
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))
from waiting import wait_for  # noqa: E402

libc = ctypes.CDLL(None, use_errno=True)
PROBE = "/var/tmp/.rescue-test/rescue-probe"
SLEEP = "/usr/bin/sleep"


def mount(source, target, kind, flags=0):
    if libc.mount(source.encode(), target.encode(), kind.encode() if kind else None, flags, None) != 0:
        raise OSError(ctypes.get_errno(), f"mount {target}")


def bring_up_loopback():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as handle:
        fcntl.ioctl(handle, 0x8914, struct.pack("16sh", b"lo", 1))  # SIOCSIFFLAGS, IFF_UP


class Stage:
    def __init__(self, root):
        self.root = root

    def start(self, program, arguments, environment=None, before=None):
        """A process on the root; returns once it runs that program."""
        child = os.fork()
        if child == 0:
            try:
                os.chroot(self.root)
                os.chdir("/")
                os.setsid()
                if before:
                    before()
                os.execve(program, arguments, environment or {"PATH": "/usr/bin"})
            finally:
                os._exit(127)
        wait_for(program, lambda: os.path.basename(program) in self.exe_of(child) or "memfd" in self.exe_of(child))
        return child

    def exe_of(self, pid):
        try:
            return os.readlink(f"/proc/{pid}/exe")
        except OSError:
            return ""

    def copy(self, source, path):
        os.makedirs(os.path.dirname(self.root + path), exist_ok=True)
        with open(self.root + source, "rb") as read, open(self.root + path, "wb") as written:
            written.write(read.read())
        os.chmod(self.root + path, 0o755)

    # The actors.

    def sleeping(self):
        self.start(SLEEP, ["sleep", "600"])

    def deleted(self):
        self.copy(SLEEP, "/tmp/.x/run")
        self.start("/tmp/.x/run", ["run", "600"])
        os.unlink(self.root + "/tmp/.x/run")

    def removed(self):
        self.copy(SLEEP, "/opt/agent/run")
        self.start("/opt/agent/run", ["run", "600"])
        os.unlink(self.root + "/opt/agent/run")

    def updated(self):
        """As dpkg does it: the new file comes beside the old one and takes its name."""
        self.start(SLEEP, ["sleep", "601"])
        self.copy(SLEEP, SLEEP + ".dpkg-new")
        os.rename(self.root + SLEEP + ".dpkg-new", self.root + SLEEP)

    def kworker(self):
        self.copy(SLEEP, "/opt/x/run")
        self.start("/opt/x/run", ["[kworker/0:1]", "600"])

    def shared_memory(self):
        self.copy(SLEEP, "/dev/shm/run")
        self.start("/dev/shm/run", ["run", "600"])

    def false_service(self):
        self.start("/usr/bin/perl", ["/usr/sbin/apache2 -k start", "-e", "sleep 600"])

    def preloaded(self):
        self.copy("/inert.so", "/dev/shm/inert.so")
        self.start(SLEEP, ["sleep", "600"], {"LD_PRELOAD": "/dev/shm/inert.so", "SECRET_KEY": "hunter2"})

    def in_memory(self):
        def put():
            handle = os.memfd_create("x")
            with open(SLEEP, "rb") as read:
                os.write(handle, read.read())
            os.execve(handle, ["httpd", "600"], {})
        self.start(SLEEP, ["sleep", "600"], before=put)

    def connected_shell(self):
        listener = socket.create_server(("127.0.0.1", 0))
        here = socket.create_connection(listener.getsockname())
        self.kept = listener, listener.accept()[0]

        def connect():
            for number in range(3):
                os.dup2(here.fileno(), number)
        self.start("/usr/bin/bash", ["bash", "--norc", "-i"], before=connect)

    def covered(self):
        pid = self.start(SLEEP, ["sleep", "600"])
        os.makedirs(self.root + "/srv/empty", exist_ok=True)
        mount(self.root + "/srv/empty", f"{self.root}/proc/{pid}", "", 4096)  # MS_BIND

    def packet_reader(self):
        self.kept_packet = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        handle = self.kept_packet.fileno()
        self.copy(SLEEP, "/opt/x/watch")
        self.start("/opt/x/watch", ["watch", "600"], before=lambda: os.set_inheritable(handle, True))

    def web_shell(self):
        """A "web server" that is a renamed shell, with a shell that waits for commands below it."""
        self.copy("/usr/bin/bash", "/usr/sbin/apache2")
        self.start("/usr/sbin/apache2", ["/usr/sbin/apache2", "-c", "sleep 600 | /usr/bin/bash --norc -i; true"])
        wait_for("the shell", lambda: any("bash\0--norc" in self.command(pid) for pid in os.listdir("/proc") if pid.isdigit()))

    @staticmethod
    def command(pid):
        try:
            with open(f"/proc/{pid}/cmdline", encoding="utf-8", errors="replace") as read:
                return read.read()
        except OSError:
            return ""


def main():
    root, names = sys.argv[1], sys.argv[2:]
    for folder in ("proc", "sys"):
        os.makedirs(f"{root}/{folder}", exist_ok=True)
    mount("proc", "/proc", "proc")
    mount("proc", f"{root}/proc", "proc")
    mount("sysfs", f"{root}/sys", "sysfs", 1)
    os.mknod(f"{root}/dev/null", 0o666 | stat.S_IFCHR, os.makedev(1, 3))
    bring_up_loopback()
    stage = Stage(root)
    for name in names:
        getattr(stage, name)()
    done = subprocess.run([PROBE, "investigate", "--root", "/", "--live", "--out", "/out.json", "--stats", "/stats.json"],
                          preexec_fn=lambda: (os.chroot(root), os.chdir("/")), timeout=200, check=False)
    sys.exit(done.returncode)


if __name__ == "__main__":
    main()
