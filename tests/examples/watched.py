"""A stack whose every answer is held against OpenAPI."""
import http.client
import json
import socket
import urllib.parse

import settings
from client import Answer, send
from stack import Stack

# The name that the first two servers share.
TWINS = "twins.example"


def raw(url, request, method="GET", timeout_s=30):
    """Sends bytes as they are; returns the first answer."""
    where = urllib.parse.urlsplit(url)
    with socket.create_connection((where.hostname, where.port), timeout=timeout_s) as connection:
        connection.sendall(request)
        response = http.client.HTTPResponse(connection, method=method)
        response.begin()
        return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, response.read())


class Seen:
    """What came back, over all stacks."""

    def __init__(self, contract):
        self.contract = contract
        self.valid, self.faults, self.problems = 0, [], set()

    def take(self, method, path, answer):
        fault = self.contract.answer_fault(method, path, answer)
        if fault:
            self.faults.append(fault)
        else:
            self.valid += 1
        # A request that was refused later has its problem in its status.
        told = answer.json.get("problem") if isinstance(answer.json, dict) else None
        later = told.get("type", "") if isinstance(told, dict) else ""
        self.problems |= {answer.problem, later.removeprefix("urn:rescue:problem:")} - {""}
        return answer


class WatchedStack(Stack):
    def __init__(self, seen, **options):
        super().__init__(**options)
        self.seen = seen

    def prepare(self):
        super().prepare()
        place = self.run / "contracts.json"
        contracts = json.loads(place.read_text())
        for server in contracts["servers"][:2]:
            server["hostname"] = TWINS
        settings.write_json(place, contracts)

    def call(self, method, path, caller, body=None, **more):
        return self.seen.take(method, path, super().call(method, path, caller, body, **more))

    def direct(self, service, method, path, caller=None, body=None, headers=None):
        """Past the front door."""
        sent = {"Authorization": f"Bearer {self.token(caller)}"} if caller else {}
        return self.seen.take(method, path, send(self.url(service), method, path, body, sent | (headers or {})))

    def raw(self, url, method, path, request):
        return self.seen.take(method, path, raw(url, request, method))
