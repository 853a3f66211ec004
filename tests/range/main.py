"""Plays one scenario and records it. Started by `run`, inside a mount and a PID namespace of its own."""

import pathlib
import sys

from scenarios import breakin, clean, cleaned, falsealarm, mailer, noisy, openredis, openrelay, stolenmail, upload, wiped
from stage import record, truth, verify
from stage.host import Host
from stage.network import Network

SCENARIOS = {module.__name__.rpartition(".")[2]: module for module in (
    breakin, clean, noisy, openrelay, stolenmail, mailer, openredis, upload, cleaned, falsealarm, wiped)}


def main() -> int:
    if sys.argv[1:] == ["--list"]:
        print("\n".join(SCENARIOS))
        return 0
    name, out, work = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    if name not in SCENARIOS:
        print(f"no such scenario: {name} (there are {', '.join(SCENARIOS)})", file=sys.stderr)
        return 2
    scenario = SCENARIOS[name]
    print(f"playing {name}, which takes up to four minutes ...", flush=True)
    with Network(work) as network, Host(work, scenario.LOG_FORMAT, getattr(scenario, "ROLES", ()), getattr(scenario, "DAYS", 0)) as host:
        facts = truth.Truth(name, host)
        scenario.play(host, network, facts)
        facts.ended()
        host.stop()
        verify.notes_fit(host, facts)
        record.write(host, out / f"{name}.tar.zst")
        facts.write(out / f"{name}.truth.json")
    print(f"recorded {out / name}.tar.zst")
    return 0


if __name__ == "__main__":
    sys.exit(main())
