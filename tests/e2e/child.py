"""A child process with a log of its own, in a process group of its own, that ends when its starter does."""
import ctypes
import os
import signal
import subprocess

from waiting import wait_for

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None, use_errno=True)


def end_with_parent():
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


class Child:
    """`detached` children outlive their starter (`make up`); all others are killed by the kernel when it dies."""

    def __init__(self, name, command, log, environment=None, detached=False):
        self.name = name
        self.command = [str(part) for part in command]
        self.log = log
        self.environment = environment
        self.detached = detached
        self.process = None

    def start(self):
        with open(self.log, "ab") as out:
            self.process = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=self.environment,
                start_new_session=True, preexec_fn=None if self.detached else end_with_parent)
        return self

    @property
    def pid(self):
        return self.process.pid

    def running(self):
        return self.process is not None and self.process.poll() is None

    def signal_group(self, number):
        try:
            os.killpg(self.process.pid, number)
        except ProcessLookupError:
            pass

    def kill(self):
        """SIGKILL to the whole group; returns when the process is gone."""
        if self.process is not None:
            self.signal_group(signal.SIGKILL)
            self.process.wait()

    def ask_to_end(self):
        """SIGTERM."""
        if self.running():
            self.process.terminate()

    def stop(self, timeout_s=15):
        """SIGTERM, then SIGKILL for what is left; returns the exit code."""
        if self.process is None:
            return None
        self.ask_to_end()
        try:
            self.process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            pass
        self.signal_group(signal.SIGKILL)
        return self.process.wait()

    def tail(self, lines=15):
        """The end of the log, without the many requests that were answered well."""
        try:
            with open(self.log, errors="replace") as log:
                told = [line[:500].rstrip("\n") + "\n" for line in log if '"event":"http.request"' not in line or '"status":5' in line]
                return "".join(told[-lines:])
        except OSError:
            return ""

    def wait_until(self, what, probe, timeout_s=20):
        """Waits for `probe`; a child that ends meanwhile is an error with the end of its log."""
        def alive_and_true():
            if not self.running():
                raise RuntimeError(f"{self.name} ended with {self.process.returncode} before {what}:\n{self.tail()}")
            return probe()
        return wait_for(f"{self.name}: {what}", alive_and_true, timeout_s)
