"""libs/target as a program (tests/bench/target): what came of running something at a server."""
import dataclasses
import json
import os
import pathlib
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[3]
DRIVER = ROOT / "build" / "release" / "tests" / "bench" / "drive-target"
PROBE = ROOT / "build" / "release" / "bin" / "rescue-probe"


def build():
    """Before the range is entered, in which nothing can be fetched."""
    if os.environ.get("RESCUE_RANGE") != "inside":
        subprocess.run([ROOT / "tools" / "build", "release", "drive-target", "rescue-probe"], check=True, stdout=sys.stderr)


@dataclasses.dataclass
class Outcome:
    problem: str
    detail: str
    exit_code: int
    took_s: float
    peak_mb: float


def begin(access, out, *words):
    """Starts it; `access` is a dict as it stands in a sealed box."""
    program = subprocess.Popen([DRIVER, out, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    program.stdin.write(json.dumps(access).encode())
    program.stdin.close()
    return program, time.monotonic()


def end(program, begun):
    told = program.stdout.read()
    said = program.stderr.read().decode(errors="replace")
    _, status, usage = os.wait4(program.pid, 0)
    program.returncode = os.waitstatus_to_exitcode(status)
    for stream in (program.stdout, program.stderr):
        stream.close()
    if program.returncode != 0:
        return Outcome("crashed", f"{program.returncode}: {said[-300:]}", -1, time.monotonic() - begun, usage.ru_maxrss / 1024)
    what = json.loads(told)
    return Outcome(what["problem"] or "", what["detail"] or "", what.get("exit_code", -1), time.monotonic() - begun, usage.ru_maxrss / 1024)


def run(access, out, *words):
    return end(*begin(access, out, *words))
