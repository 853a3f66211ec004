"""What a scenario really did, noted while it is done."""

import datetime
import json
import pathlib
import threading

from stage import host as stage_host
from stage import record
from stage.clock import now
from stage.network import HOST


class Truth:
    """Notes are added by the scenario; guesses may come from several threads."""

    def __init__(self, scenario: str, host):
        self._lock = threading.Lock()
        self._root = host.root
        self.notes = {
            "scenario": scenario,
            "host": stage_host.NAME,
            "host_address": HOST,
            "time_zone": stage_host.TIME_ZONE,
            "log_format": host.log_format,
            "recorded_from": now(),
            "clock_tolerance_s": 5,
            "recorded_paths": record.PATHS,
            "legit_key_fingerprints": {owner: key.fingerprint for owner, key in host.keys.items()},
            "legit_accounts": [],
            "legit_addresses": [],
            "typos": [],
            "guesses": 0,
            "guesses_by_account": {},
            "guesses_by_address": {},
        }

    def guessed(self, address: str, account: str, started_at: str, refused: int) -> None:
        with self._lock:
            self.notes["first_guess_at"] = min(self.notes.get("first_guess_at", started_at), started_at)
            self.notes["guesses"] += refused
            for name, key in (("guesses_by_account", account), ("guesses_by_address", address)):
                self.notes[name][key] = self.notes[name].get(key, 0) + refused

    def legit(self, account: str, address: str) -> None:
        for name, value in (("legit_accounts", account), ("legit_addresses", address)):
            if value and value not in self.notes[name]:
                self.notes[name].append(value)

    def step(self, what: str, at: str = "", **names) -> None:
        """The next link of the chain, in the order of what happened: what an investigation must name, and in this order."""
        self.notes.setdefault("chain", []).append({"what": what, "at": at or now(), **names})

    def stood(self, what: str, path: str) -> None:
        """A link that was there before the play: as old as its file."""
        modified = datetime.datetime.fromtimestamp((self._root / path.lstrip("/")).stat().st_mtime, datetime.timezone.utc)
        self.step(what, at=modified.isoformat(timespec="milliseconds").replace("+00:00", "Z"), path=path)

    def relayed(self, address: str, recipients: int) -> None:
        """Mail of a stranger's for somewhere else that the host took."""
        if recipients == 0:
            return
        if "relayed_by_address" not in self.notes:
            self.notes["relayed_by_address"] = {}
            self.step("relayed", address=address)
        self.notes["relayed_by_address"][address] = self.notes["relayed_by_address"].get(address, 0) + recipients

    def sent_by(self, address: str, recipients: int) -> None:
        """Mail that the host took from an address because it had somebody's password."""
        sent = self.notes.setdefault("sent_by_address", {})
        sent[address] = sent.get(address, 0) + recipients

    def ended(self) -> None:
        self.notes["recorded_to"] = now()

    def write(self, path: pathlib.Path) -> None:
        path.write_text(json.dumps(self.notes, indent=2, sort_keys=False) + "\n")
