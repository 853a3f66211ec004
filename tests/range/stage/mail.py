"""Mail over the network: clients with chosen source addresses, and the provider's relay that takes what the host sends."""

import json
import pathlib
import subprocess
import sys

from stage.network import HOST, SINK, inside

CLIENTS = pathlib.Path(__file__).resolve().parent / "clients"
TAKEN = 250
LOGGED_IN = 235
RUN_S = 600


def message(sender: str, to, subject: str = "Hello", text: str = "As agreed.", message_id: str = "") -> dict:
    return {"from": sender, "to": [to] if isinstance(to, str) else list(to), "subject": subject, "text": text, "message_id": message_id}


def session(source: str, messages, login=None) -> dict:
    """One connection; `login` is (name, password)."""
    return {"source": source, "login": list(login) if login else None, "messages": messages}


def hand_in(sessions: list, port: int = 25, width: int = 4, host: str = HOST) -> list:
    """What each session was told (clients/smtp.py); all of them from one side of the network."""
    plan = {"host": host, "port": port, "sessions": sessions, "width": width}
    return _client("smtp.py", sessions[0]["source"], plan)


def asked(source: str, sender: str, to: str, port: int = 25, host: str = HOST) -> int:
    """The code that a recipient is answered with; nothing is handed in."""
    told = hand_in([session(source, [{"from": sender, "to": [to]}])], port, host=host)
    return told[0]["messages"][0][to]


def look(source: str, name: str, password: str, host: str = HOST):
    """The number of messages in the mailbox; None where the password was refused."""
    return _client("imap.py", source, {"host": host, "source": source, "name": name, "password": password})


def taken(told: list) -> int:
    """How many recipients the host said yes to."""
    return sum(code == TAKEN for one in told for message in one["messages"] for code in message.values())


def _client(name: str, source: str, plan: dict):
    done = subprocess.run([*inside(source), sys.executable, "-B", str(CLIENTS / name)], input=json.dumps(plan), text=True,
                          stdout=subprocess.PIPE, timeout=RUN_S, check=True)
    return json.loads(done.stdout)


class Sink:
    """The relay, from enter to exit; `taken` (by envelope sender) and `refused` are known afterwards, `envelopes()` at any time.
    While it is closed it sends everybody away, as a relay does with a customer that sends too much."""

    def __init__(self, work: pathlib.Path):
        self._file, self._envelopes, self._closed = work / "sink.json", work / "sink.envelopes", work / "sink.closed"
        self.taken, self.refused = {}, 0

    def __enter__(self) -> "Sink":
        self.open()
        self._process = subprocess.Popen(
            [*inside(SINK), sys.executable, "-B", str(CLIENTS / "sink.py"), SINK, str(self._file), str(self._envelopes), str(self._closed)],
            stdout=subprocess.PIPE, text=True)
        if self._process.stdout.readline() != "ready\n":
            raise RuntimeError("the mail relay did not start")
        return self

    def __exit__(self, *_) -> None:
        self._process.terminate()
        self._process.wait(timeout=30)
        self._process.stdout.close()
        counts = json.loads(self._file.read_text())
        self.taken, self.refused = counts["taken"], counts["refused"]

    def close(self) -> None:
        self._closed.touch()

    def open(self) -> None:
        self._closed.unlink(missing_ok=True)

    def envelopes(self) -> list:
        """{"from", "to": […], "subject", "message_id"} of each message taken so far, in order."""
        return [json.loads(line) for line in self._envelopes.read_text().splitlines()]
