"""The link is cut while libs/target alone (live_server/driver.py) has a program run at a host: connecting, sending, scanning."""
import concurrent.futures
import json
import pathlib
import time

import driver
from leftovers import nothing_stays
from waiting import let_pass

SILENCE_S, SLACK_S = 60, 30
CLEAR = {"target-lost", "target-silent", "target-unreachable"}
WORDS = ["investigate", "--root", "/", "--out", "/proc/self/fd/1", "--time-limit", "600", "--progress", "ndjson"]


def cut_once(host, out, moment_s):
    """What is wrong with it; and what came of it, in one line."""
    faults = []
    program, at = driver.begin(host.access("root"), out, driver.PROBE, *WORDS)
    let_pass(at + moment_s - time.monotonic())
    host.link_down()
    cut_at = time.monotonic()
    outcome = driver.end(program, at)
    told_s = time.monotonic() - cut_at
    if outcome.problem not in CLEAR and not (outcome.problem == "" and told_s < 2):
        faults.append(f"cut at {moment_s:.2f} s: {outcome.problem} {outcome.detail}")
    if told_s > SILENCE_S + SLACK_S:
        faults.append(f"cut at {moment_s:.2f} s: told after {told_s:.0f} s")
    left = nothing_stays(host, cut_at + 2 * SILENCE_S + SLACK_S - time.monotonic())
    gone_s = time.monotonic() - cut_at
    if left:
        faults.append(f"cut at {moment_s:.2f} s: there is still {left!r}")
    host.link_up()
    host.wait_until("the host to answer", lambda: host.greets(host.port).startswith(b"SSH-"))
    again = driver.run(host.access("root"), out, driver.PROBE, *WORDS)
    if again.problem or again.exit_code != 0:
        faults.append(f"cut at {moment_s:.2f} s: the next try ended with {again.problem} {again.detail}")
    else:
        json.loads(pathlib.Path(out).read_text())
    line = f"driver, cut at {moment_s:.2f} s: {outcome.problem or 'had ended'} after {told_s:.0f} s, {outcome.detail}; nothing of us after {gone_s:.0f} s"
    return faults, line


def cuts(net, hosts, chance):
    """Each host once; returns the faults."""
    whole = driver.run(hosts[0].access("root"), net.work / "whole.json", driver.PROBE, *WORDS)
    faults = [f"uncut: {whole.problem} {whole.detail}"] if whole.problem or whole.exit_code != 0 else []
    # Half of them while the program is sent, which is soon over.
    moments = [chance.uniform(0, min(2.0, whole.took_s) if number % 2 == 0 else whole.took_s) for number in range(len(hosts))]
    with concurrent.futures.ThreadPoolExecutor(len(hosts)) as pool:
        for wrong, line in pool.map(cut_once, hosts, [net.work / f"cut-{host.name}.json" for host in hosts], moments):
            print(line, flush=True)
            faults += wrong
    return faults
