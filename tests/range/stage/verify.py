"""Holds the notes against the host's own logs and files: a recording whose truth does not fit is not written."""

import gzip
import hashlib
import os
import re

FAILED = re.compile(r"Failed password for (?:invalid user )?(\S*) from (\S+) port")
RECORD_BYTES = 384
REPEATED = re.compile(r"message repeated (\d+) times: \[")
CLIENT = re.compile(r"smtpd\[\d+\]: (\w+): client=\S+\[([^]]+)\](?:, sasl_method=\S+, sasl_username=(\S+))?")
DELIVERED = re.compile(r"smtp\[\d+\]: (\w+): to=<.* status=(?:sent|bounced) ")
ACCEPTED = re.compile(r"Accepted (\S+) for (\S+) from (\S+) port")


def notes_fit(host, facts) -> None:
    """Raises RuntimeError naming what does not fit."""
    if "wiped" in facts.notes:
        return _wiped_agree(host, facts.notes)
    lines = _log_lines(host, "auth.log")
    if "cleaned" in facts.notes:
        _cleaned_agree(host, lines, facts.notes)
    else:
        _guesses_agree(lines, facts.notes)
    _log_ins_agree(lines, facts.notes)
    _left_behind_is_there(host, facts.notes)
    _mail_agrees(host, facts.notes)


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


def _cleaned_agree(host, lines, notes) -> None:
    """The logs know the intruder's address no more; the records that were overlooked do."""
    address = notes["attacker_address"]
    _same(f"lines of auth.log with {address}", 0, sum(address in line for line in lines))
    _same(f"records of wtmp with {address}", 0, len(_records(host, "wtmp", address)))
    # sshd records more than it logs: for a name that it does not know also the first look.
    refused = len(_records(host, "btmp", address))
    _same("whether btmp has every refused log-in", True, refused >= notes["guesses_by_address"][address])
    lastlog = (host.root / "var/log/lastlog").read_bytes()
    _same(f"last log-in from {address}", True, address.encode() in lastlog)
    for path in notes["cleaned"]:
        if path.endswith("_history"):
            _same(f"where {path} leads", "/dev/null", os.readlink(host.root / path.lstrip("/")))


def _wiped_agree(host, notes) -> None:
    """Nothing left in /var/log knows the intruder; what a daemon made anew knows later log-ins only."""
    for path in sorted((host.root / "var/log").rglob("*")):
        if path.is_file():
            _same(f"{notes['attacker_address']} in {path.name}", False, notes["attacker_address"].encode() in path.read_bytes())
    _same("whether there is an auth.log", False, (host.root / "var/log/auth.log").exists())


def _records(host, name: str, address: str) -> list:
    """utmp(5): the records of that host, which is 256 bytes at 76."""
    data = (host.root / "var/log" / name).read_bytes()
    return [at for at in range(0, len(data), RECORD_BYTES) if data[at + 76:at + 332].rstrip(b"\0") == address.encode()]


def _log_ins_agree(lines, notes) -> None:
    logged = [(m[1], m[2], m[3]) for line in lines if (m := ACCEPTED.search(line))]
    strange = [log_in for log_in in logged if log_in[2] not in notes["legit_addresses"]]
    expected = [(l["method"], l["account"], l["address"]) for l in notes.get("intruder_log_ins", [])]
    _same("log-ins from strange addresses", expected, strange)


def _left_behind_is_there(host, notes) -> None:
    for what in ("key", "cron"):
        if what in notes:
            # Redis keeps its own bytes around the line.
            lines = (host.root / notes[what]["path"].lstrip("/")).read_text(errors="replace").splitlines()
            _same(f"{what} in {notes[what]['path']}", 1, lines.count(notes[what]["line"]))
    if shell := notes.get("web_shell"):
        found = hashlib.sha256((host.root / shell["path"].lstrip("/")).read_bytes()).hexdigest()
        _same("the web shell's digest", shell["sha256"], found)
        posts = [line for line in _log_lines(host, "apache2/access.log") if f'"POST {shell["url"]} ' in line and '" 200 ' in line]
        _same("answered POSTs to the web shell", shell["posts"], len(posts))


def _mail_agrees(host, notes) -> None:
    """Deliveries to elsewhere, by the address the message came from: with somebody's password, or without."""
    if not (host.root / "var/log/mail.log").exists():
        return
    clients, relayed, sent = {}, {}, {}
    # Two sockets feed the log: only by time do its lines stand in order.
    for line in sorted(_log_lines(host, "mail.log")):
        if client := CLIENT.search(line):
            clients[client[1]] = client
        delivery = DELIVERED.search(line)
        client = delivery and clients.get(delivery[1])
        if client and client[2] not in notes["legit_addresses"] + ["127.0.0.1"]:
            counts = sent if client[3] else relayed
            counts[client[2]] = counts.get(client[2], 0) + 1
    _same("mail relayed for strangers", notes.get("relayed_by_address", {}), relayed)
    _same("mail sent with a password from strange addresses", notes.get("sent_by_address", {}), sent)


def _same(what, expected, found) -> None:
    if expected != found:
        raise RuntimeError(f"{what}: the range did {expected}, the host shows {found}")
