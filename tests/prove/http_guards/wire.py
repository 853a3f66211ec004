"""Sockets that send exactly the bytes they are told to, and what came back: no client library would send such requests."""
import dataclasses
import socket
import time


@dataclasses.dataclass
class Answer:
    status: int
    headers: dict  # names in lower case
    body: bytes

    @property
    def request_id(self):
        return self.headers.get("x-request-id", "")


def next_answer(data, head_only=False):
    """(answer, rest) or (None, data) while it is not whole."""
    head, found, rest = data.partition(b"\r\n\r\n")
    if not found:
        return None, data
    lines = head.decode("latin-1").split("\r\n")
    headers = {}
    for line in lines[1:]:
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    parts = lines[0].split(" ")
    status = int(parts[1]) if len(parts) > 1 and parts[1].isdigit() else 0
    length = 0 if head_only or status in (204, 304) or status < 200 else int(headers.get("content-length", "0") or 0)
    if len(rest) < length:
        return None, data
    return Answer(status, headers, rest[:length]), rest[length:]


class Wire:
    def __init__(self, address, timeout_s=5.0):
        self.socket = socket.create_connection(address, timeout=timeout_s)
        self.received = b""
        self.buffer = b""
        self.ended = False

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        """False when the other side has gone: it may end a connection before it has read all."""
        try:
            self.socket.sendall(data)
            return True
        except OSError:
            return False

    def more(self, deadline):
        left = deadline - time.monotonic()
        if left <= 0 or self.ended:
            return False
        self.socket.settimeout(left)
        try:
            data = self.socket.recv(65536)
        except TimeoutError:
            return False
        except OSError:
            data = b""
        self.ended = not data
        self.received += data
        self.buffer += data
        return bool(data)

    def answer(self, timeout_s=5.0, head_only=False):
        """The next answer (interim ones are passed over), or None."""
        deadline = time.monotonic() + timeout_s
        while True:
            found, self.buffer = next_answer(self.buffer, head_only)
            if found and found.status >= 200:
                return found
            if not found and not self.more(deadline):
                return None

    def answers(self, count, timeout_s=5.0):
        out = []
        while len(out) < count and (found := self.answer(timeout_s)):
            out.append(found)
        return out

    def ends_within(self, timeout_s):
        deadline = time.monotonic() + timeout_s
        while self.more(deadline):
            pass
        return self.ended


def exchange(address, data, timeout_s=5.0, head_only=False):
    """One request on a connection of its own; its answer or None."""
    with Wire(address) as wire:
        wire.send(data)
        return wire.answer(timeout_s, head_only)
