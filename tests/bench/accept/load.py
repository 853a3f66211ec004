#!/usr/bin/env python3
"""load.py <settings.json>: the same POST over and over on kept connections, each with an Idempotency-Key of its own, for a given
time. The last requests are waited for, so that what was answered can be counted in the store. Prints one line of JSON."""
import collections
import json
import random
import select
import socket
import sys
import time

ANSWER_S_MAX = 20


def whole(answer):
    """Its status once its last byte is there, else None."""
    head = answer.find(b"\r\n\r\n")
    if head < 0:
        return None
    field = answer.lower().find(b"\r\ncontent-length:", 0, head)
    length = int(answer[field + 17:answer.index(b"\r\n", field + 17)])
    return int(answer[9:12]) if len(answer) >= head + 4 + length else None


class Load:
    def __init__(self, settings):
        self.deadline = time.monotonic() + settings["seconds"]
        body = json.dumps(settings["body"]).encode()
        self.begin = (f"POST {settings['path']} HTTP/1.1\r\nHost: 127.0.0.1:{settings['port']}\r\nAuthorization: Bearer {settings['token']}\r\n"
                      f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\nIdempotency-Key: ").encode()
        self.end = b"\r\n\r\n" + body
        self.sent = 0
        self.last = 0.0
        self.statuses = collections.Counter()
        self.connections = {}
        self.got = {}
        self.epoll = select.epoll()
        for _ in range(settings["connections"]):
            connection = socket.create_connection(("127.0.0.1", settings["port"]))
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.connections[connection.fileno()] = connection
            self.got[connection.fileno()] = b""
            self.epoll.register(connection.fileno(), select.EPOLLIN)

    def send(self, connection):
        self.sent += 1
        connection.sendall(self.begin + b"%032x" % random.getrandbits(128) + self.end)

    def receive(self, number):
        connection = self.connections[number]
        got = self.got[number] + connection.recv(65536)
        status = whole(got)
        if status is None:
            if got == self.got[number]:
                raise ConnectionError("closed before its answer")
            self.got[number] = got
            return
        self.got[number] = b""
        self.statuses[status] += 1
        self.last = time.monotonic()
        if self.last < self.deadline:
            self.send(connection)

    def run(self):
        begun = time.monotonic()
        for connection in self.connections.values():
            self.send(connection)
        while sum(self.statuses.values()) < self.sent:
            ready = self.epoll.poll(ANSWER_S_MAX)
            if not ready:
                raise TimeoutError(f"no answer for {ANSWER_S_MAX} s")
            for number, _ in ready:
                self.receive(number)
        return {"statuses": self.statuses, "seconds": self.last - begun}


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as file:
        print(json.dumps(Load(json.load(file)).run()))
