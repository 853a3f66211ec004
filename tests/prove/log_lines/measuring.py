"""Runs a program and says what it took: processor time and memory, its children's included, so that a busy machine does not count."""
import os
import pathlib
import subprocess
import typing

MB = 1_000_000


class Run(typing.NamedTuple):
    output: str
    processor_s: float
    peak_mb: float


def run(command, cwd=None):
    process = subprocess.Popen([str(word) for word in command], cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                               errors="replace", env=os.environ | {"LC_ALL": "C.UTF-8"})
    output = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise SystemExit(f"not run: {pathlib.Path(str(command[0])).name} ended with {process.returncode}: {output[-300:]}")
    return Run(output, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024 / MB)


def best(command, times, cwd=None):
    """The run that took the least of several: what the others took more was the machine's."""
    return min((run(command, cwd) for _ in range(times)), key=lambda done: done.processor_s)


def cut(source, target, megabytes):
    """The first lines of a file, as many as fit. Their bytes."""
    with source.open("rb") as lines:
        piece = lines.read(megabytes * MB)
    piece = piece[:piece.rindex(b"\n") + 1]
    target.write_bytes(piece)
    return len(piece)
