"""Holds the notes against the host's own logs and files: a recording whose truth does not fit is not written."""

import gzip
import hashlib
import re

FAILED = re.compile(r"Failed password for (?:invalid user )?(\S*) from (\S+) port")
REPEATED = re.compile(r"message repeated (\d+) times: \[")
ACCEPTED = re.compile(r"Accepted (\S+) for (\S+) from (\S+) port")


def notes_fit(host, facts) -> None:
    """Raises RuntimeError naming what does not fit."""
    lines = _log_lines(host, "auth.log")
    _guesses_agree(lines, facts.notes)
    _log_ins_agree(lines, facts.notes)
    _left_behind_is_there(host, facts.notes)


def _log_lines(host, name: str) -> list:
    lines = []
    for suffix in (".2.gz", ".1", ""):
        data = (host.root / "var/log" / f"{name}{suffix}").read_bytes()
        lines += (gzip.decompress(data) if suffix == ".2.gz" else data).decode().splitlines()
    return lines


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
    logged = [(m[1], m[2], m[3]) for line in lines if (m := ACCEPTED.search(line))]
    strange = [log_in for log_in in logged if log_in[2] not in notes["legit_addresses"]]
    expected = [(l["method"], l["account"], l["address"]) for l in notes.get("intruder_log_ins", [])]
    _same("log-ins from strange addresses", expected, strange)


def _left_behind_is_there(host, notes) -> None:
    for what in ("key", "cron"):
        if what in notes:
            lines = (host.root / notes[what]["path"].lstrip("/")).read_text().splitlines()
            _same(f"{what} in {notes[what]['path']}", 1, lines.count(notes[what]["line"]))
    if shell := notes.get("web_shell"):
        found = hashlib.sha256((host.root / shell["path"].lstrip("/")).read_bytes()).hexdigest()
        _same("the web shell's digest", shell["sha256"], found)
        posts = [line for line in _log_lines(host, "apache2/access.log") if f'"POST {shell["url"]} ' in line and '" 200 ' in line]
        _same("answered POSTs to the web shell", shell["posts"], len(posts))


def _same(what, expected, found) -> None:
    if expected != found:
        raise RuntimeError(f"{what}: the range did {expected}, the host shows {found}")
