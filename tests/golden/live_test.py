#!/usr/bin/env python3
"""Runs inert look-alikes of what intruders leave running, in namespaces of their own, and holds what the probe says of the live
server against them (root).

  live_test.py PROBE
"""
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SCHEMA = json.loads((ROOT / "api/schemas/investigation.schema.json").read_text())
SERIOUS = {"low", "medium", "high", "critical"}
PROGRAMS = ("/usr/bin/bash", "/usr/bin/sleep", "/usr/bin/perl")

sys.path.insert(0, str(HERE))
import json_schema  # noqa: E402

probe = None


def libraries(program):
    """The files that a program needs, as ldd tells them."""
    told = subprocess.run(["ldd", program], check=True, capture_output=True, text=True).stdout
    return re.findall(r"(/\S+) \(0x", told)


def build_root(root):
    """A server small enough to be looked at in a second: three programs, their libraries, and a package that brought them."""
    brought = []
    for path in sorted({*PROGRAMS, *(library for program in PROGRAMS for library in libraries(program))}):
        # /lib is usr/lib, and a library's name a link to the one with its version.
        called = pathlib.Path(os.path.realpath(os.path.dirname(path))) / os.path.basename(path)
        real = pathlib.Path(os.path.realpath(path))
        for place in {called, real}:
            (root / str(place).lstrip("/")).parent.mkdir(parents=True, exist_ok=True)
        if not (root / str(real).lstrip("/")).exists():
            shutil.copy(real, root / str(real).lstrip("/"))
            brought.append(str(real))
        if called != real:
            (root / str(called).lstrip("/")).symlink_to(real)
    for name in ("bin", "lib", "lib64", "sbin"):
        (root / "usr" / name).mkdir(parents=True, exist_ok=True)
        (root / name).symlink_to("usr/" + name)
    shutil.copy(os.path.realpath("/lib/x86_64-linux-gnu/libm.so.6"), root / "inert.so")
    for folder in ("tmp", "dev/shm", "run", "etc", "root", "var/log", "var/lib/dpkg/info"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    (root / "etc/passwd").write_text("root:x:0:0:root:/root:/bin/bash\n")
    info = root / "var/lib/dpkg/info"
    (info / "base.list").write_text("/.\n" + "".join(path + "\n" for path in brought))
    (info / "base.md5sums").write_text(
        "".join(f"{hashlib.md5((root / path.lstrip('/')).read_bytes()).hexdigest()}  {path[1:]}\n" for path in brought))
    (root / "var/lib/dpkg/status").write_text("Package: base\nStatus: install ok installed\nArchitecture: amd64\nVersion: 1-1\n\n")
    ours = root / "var/tmp/.rescue-test"
    ours.mkdir(parents=True)
    ours.chmod(0o700)
    shutil.copy(probe, ours / "rescue-probe")


@unittest.skipUnless(os.geteuid() == 0, "namespaces and chroot take root")
class Live(unittest.TestCase):
    def looked_at(self, *actors):
        """What the probe says of a server on which these run."""
        with tempfile.TemporaryDirectory(prefix="rescue-live-") as folder:
            root = pathlib.Path(folder) / "root"
            root.mkdir()
            build_root(root)
            done = subprocess.run(
                ["unshare", "--mount", "--pid", "--net", "--fork", "--kill-child", "--propagation", "private",
                 # By its name: a checkout below /tmp would be an odd place for a script that runs.
                 sys.executable, "-m", "live_stage", str(root), *actors], cwd=HERE, capture_output=True, text=True, timeout=240, check=False)
            self.assertEqual(done.returncode, 0, done.stderr)
            return json.loads((root / "out.json").read_text())

    def rules(self, document, least=SERIOUS):
        return {finding["rule"] for finding in document["findings"] if finding["severity"] in least}

    def test_a_plain_server_and_our_own_programs_accuse_nobody(self):
        document = self.looked_at("sleeping", "updated")
        self.assertEqual(self.rules(document), set(), json.dumps(document["findings"], indent=1))
        self.assertEqual(json_schema.faults(document, SCHEMA), [])
        ours = [process["program"] for process in document["live"]["processes"] if process.get("ours")]
        self.assertIn("/var/tmp/.rescue-test/rescue-probe", ours)
        self.assertTrue(any(finding["rule"] == "live.replaced_program" for finding in document["findings"]))

    def test_what_runs_under_another_name_or_from_nowhere_is_found(self):
        document = self.looked_at("deleted", "removed", "kworker", "shared_memory", "false_service", "in_memory")
        self.assertEqual(json_schema.faults(document, SCHEMA), [])
        found = self.rules(document)
        for rule in ("deleted_odd_program", "deleted_program", "kernel_thread_name", "odd_place_program", "daemon_name", "memory_program"):
            with self.subTest(rule):
                self.assertIn("live." + rule, found)
        self.assertEqual(document["verdict"]["intrusion"]["state"], "confirmed")

    def test_a_shell_on_a_connection_is_found(self):
        document = self.looked_at("connected_shell")
        shell = next(finding for finding in document["findings"] if finding["rule"] == "live.reverse_shell")
        self.assertEqual(shell["address"], "127.0.0.1")
        self.assertEqual(self.rules(document), {"live.reverse_shell"})

    def test_a_shell_below_a_web_server_is_found(self):
        self.assertIn("live.web_server_shell", self.rules(self.looked_at("web_shell")))

    def test_preloaded_libraries_are_found_and_secrets_stay(self):
        document = self.looked_at("preloaded")
        self.assertLessEqual({"live.preloaded", "live.foreign_library"}, self.rules(document))
        self.assertNotIn("hunter2", json.dumps(document))

    def test_a_mount_over_a_process_and_a_reader_of_packets_are_found(self):
        found = self.rules(self.looked_at("covered", "packet_reader"))
        self.assertLessEqual({"live.process_mount", "live.sniffer"}, found)


if __name__ == "__main__":
    probe = pathlib.Path(sys.argv.pop(1)).resolve()
    unittest.main(verbosity=2)
