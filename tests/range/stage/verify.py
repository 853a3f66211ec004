"""Holds the notes against what the host itself logged: a recording whose truth does not fit is not written."""

import gzip
import re

FAILED = re.compile(r"Failed password for (?:invalid user )?(\S*) from (\S+) port")
REPEATED = re.compile(r"message repeated (\d+) times: \[")
ACCEPTED = re.compile(r"Accepted (\S+) for (\S+) from (\S+) port")


def logs_agree(host, facts) -> None:
    lines = list(_auth_lines(host))
    _guesses_agree(lines, facts.notes)
    _log_ins_agree(lines, facts.notes)


def _auth_lines(host):
    log = host.root / "var/log"
    for name in ("auth.log.2.gz", "auth.log.1", "auth.log"):
        data = (log / name).read_bytes()
        yield from (gzip.decompress(data) if name.endswith(".gz") else data).decode().splitlines()


def _guesses_agree(lines, notes) -> None:
    logged = {}
    for line in lines:
        if failed := FAILED.search(line):
            repeated = REPEATED.search(line)
            logged[failed[2]] = logged.get(failed[2], 0) + (int(repeated[1]) if repeated else 1)
    expected = dict(notes["guesses_by_address"])
    for typo in notes["typos"]:
        expected[typo["address"]] = expected.get(typo["address"], 0) + 1
    _same("failed passwords by address", {a: n for a, n in expected.items() if n}, logged)


def _log_ins_agree(lines, notes) -> None:
    intruder = {(m[1], m[2], m[3]) for line in lines if (m := ACCEPTED.search(line))}
    legit = set(notes["legit_addresses"])
    strange = {log_in for log_in in intruder if log_in[2] not in legit}
    expected = {(l["method"], l["account"], l["address"]) for l in notes.get("intruder_log_ins", [])}
    _same("log-ins from strange addresses", expected, strange)


def _same(what, expected, found) -> None:
    if expected != found:
        raise RuntimeError(f"{what}: the range did {expected}, the host logged {found}")
