"""What is read in both stores, and how long it takes."""
import base64
import itertools
import random
import socket
import statistics
import time

import copies

COPIES_READ = 24
REQUESTS = 4 * COPIES_READ


def cursor(key):
    """libs/service/src/paging.cpp"""
    return base64.urlsafe_b64encode(b"1:" + key.encode()).decode().rstrip("=")


def is_whole(answer):
    head = answer.find(b"\r\n\r\n")
    field = answer.find(b"\r\nContent-Length: ", 0, head) if head >= 0 else -1
    return field >= 0 and len(answer) >= head + 4 + int(answer[field + 18:answer.index(b"\r\n", field + 18)])


class Store:
    """A running stack and the ids of its copies."""

    def __init__(self, stack, count, case, ids):
        self.stack, self.count, self.case, self.ids = stack, count, case, ids
        self.connections = {}
        # So few that all they need is in memory after the first round.
        self.read = itertools.cycle(random.Random(count).sample(range(1, count + 1), COPIES_READ))

    def any_copy(self):
        return next(self.read)

    def id(self, kind, copy):
        """The id of a copy's incident, report, charge …: the played one's, renumbered."""
        prefix, body = self.ids[kind].split("_")
        return f"{prefix}_{copies.digits(copy)}{body[16:]}"

    def hang_up(self):
        """The next connections come to other threads of the services."""
        for connection in self.connections.values():
            connection.close()
        self.connections.clear()

    def connect(self, service):
        connection = socket.create_connection(("127.0.0.1", self.stack.ports[service]))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def get(self, service, path, role="operator"):
        """Seconds of one request; on a kept connection, but the metrics' port keeps none."""
        connection = self.connections.pop(service, None) or self.connect(service)
        begun = time.perf_counter()
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {self.stack.token(role)}\r\n\r\n".encode())
        answer = b""
        while not is_whole(answer):
            more = connection.recv(262_144)
            if not more:
                raise ConnectionError(f"{path}: closed")
            answer += more
        took = time.perf_counter() - begun
        if answer[9:12] != b"200":
            raise AssertionError(f"{path}: {answer[:400]}")
        if service.endswith("_metrics"):
            connection.close()
        else:
            self.connections[service] = connection
        return took


def lists(store):
    """{name: (service, path[, role])}; each call names another customer, server, incident or place in the list."""
    copy = store.any_copy()
    middle = store.count // 2 + copy % 20
    of_one = copies.place_of(copy, store.count)
    incident = store.id("incident", copy)

    def deep(kind):
        return "cursor=" + cursor(store.id(kind, middle))
    return {
        "incidents": ("workflow", "/v1/incidents"),
        "incidents, deep": ("workflow", "/v1/incidents?" + deep("incident")),
        "incidents completed": ("workflow", "/v1/incidents?state=completed"),
        "incidents completed, deep": ("workflow", "/v1/incidents?state=completed&" + deep("incident")),
        "incidents working": ("workflow", "/v1/incidents?state=working"),
        "incidents of a server": ("workflow", f"/v1/incidents?server_id=srv-{of_one}"),
        "incidents of a customer": ("workflow", f"/v1/incidents?customer=C-{of_one}"),
        "tasks": ("workflow", "/v1/tasks"),
        "tasks, deep": ("workflow", "/v1/tasks?" + deep("task")),
        "tasks open": ("workflow", "/v1/tasks?state=open"),
        "tasks done, deep": ("workflow", "/v1/tasks?state=done&" + deep("task")),
        "tasks of an incident": ("workflow", f"/v1/tasks?incident_id={incident}"),
        "jobs": ("workflow", "/v1/jobs"),
        "jobs, deep": ("workflow", "/v1/jobs?" + deep("job")),
        "jobs dead": ("workflow", "/v1/jobs?state=dead"),
        "jobs succeeded, deep": ("workflow", "/v1/jobs?state=succeeded&" + deep("job")),
        "jobs of an incident": ("workflow", f"/v1/jobs?incident_id={incident}"),
        "notices": ("workflow", "/v1/notices"),
        "notices shown, deep": ("workflow", "/v1/notices?state=shown&" + deep("notice")),
        "notices of an incident": ("workflow", f"/v1/incidents/{incident}/notices"),
        "notices of a customer": ("workflow", f"/v1/notices?on_behalf_of=C-{of_one}", "web_form"),
        "charges": ("pricing", "/v1/charges"),
        "charges, deep": ("pricing", "/v1/charges?" + deep("charge")),
        "charges of a customer": ("pricing", f"/v1/charges?on_behalf_of=C-{of_one}", "web_form"),
        "charges of an incident": ("pricing", f"/v1/charges?incident_id={incident}"),
        "dead letters": ("workflow", "/v1/workflow/dead-letters"),
        "metrics": ("workflow_metrics", "/metrics"),
    }


def ones(store):
    copy = store.any_copy()
    incident = f"/v1/incidents/{store.id('incident', copy)}"
    return {
        "incident": ("workflow", incident),
        "history": ("workflow", incident + "/history"),
        "report, JSON": ("workflow", incident + "/report?format=json"),
        "report, HTML": ("workflow", incident + "/report?format=html"),
        "charge": ("pricing", f"/v1/charges/{store.id('charge', copy)}"),
        "quote": ("pricing", f"/v1/quotes/{store.id('quote', copy)}"),
        "report received": ("intake", f"/v1/reports/{store.id('report', copy)}"),
    }


def compare(small, full, routes, rounds):
    """{name: (ratio, milliseconds in the small store, in the full one)}. Requests take turns; of each round's medians the best counts,
    so that what else the machine does counts little."""
    out = {}
    for name in routes(small):
        medians = {small: [], full: []}
        for _ in range(rounds + 1):
            small.hang_up()
            full.hang_up()
            times = {small: [], full: []}
            for _ in range(REQUESTS):
                for store in (small, full):
                    times[store].append(store.get(*routes(store)[name]))
            for store in (small, full):
                medians[store].append(statistics.median(times[store]))
        # The first round warms both.
        before, after = (min(medians[store][1:]) * 1000 for store in (small, full))
        out[name] = (after / before, before, after)
    return out
