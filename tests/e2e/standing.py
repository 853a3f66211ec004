"""The processes that `make up` leaves running: noted by id and start time, so that an id the kernel has given to another
process meanwhile is never touched."""
import json
import os
import pathlib
import signal

from waiting import Timeout, wait_for

STOP_ORDER = (("nginx",), ("intake", "workflow", "worker", "pricing"), ("redis",))


def stat_of(pid):
    """The fields of proc(5)'s stat from the state on, or [] when there is no such process."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    except OSError:
        return []


def state_of(pid):
    """R, S, D, T (stopped), Z …, or None when there is no such process."""
    return next(iter(stat_of(pid)), None)


def started_at(pid):
    """The process's start time in clock ticks (field 22), or None when there is no such process."""
    state, *fields = stat_of(pid) or ["Z"]
    return None if state == "Z" else fields[18]


def note(run, pids):
    (run / "processes.json").write_text(json.dumps({name: [pid, started_at(pid)] for name, pid in pids.items()}))


def running(run):
    """{name: pid} of the noted processes that still run."""
    try:
        noted = json.loads((run / "processes.json").read_text())
    except FileNotFoundError:
        return {}
    return {name: pid for name, (pid, start) in noted.items() if start is not None and started_at(pid) == start}


def stop(run):
    """SIGTERM in order, SIGKILL to the group of what does not go. Returns the names of what ran."""
    found = running(run)
    for names in STOP_ORDER:
        present = [name for name in names if name in found]
        for name in present:
            os.kill(found[name], signal.SIGTERM)
        try:
            wait_for(f"{', '.join(present)} to end", lambda: not running(run).keys() & set(names), timeout_s=20)
        except Timeout:
            for name in running(run).keys() & set(names):
                os.killpg(found[name], signal.SIGKILL)
    (run / "processes.json").unlink(missing_ok=True)
    return [name for names in STOP_ORDER for name in names if name in found]
