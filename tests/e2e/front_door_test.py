"""nginx with the shipped configuration: what it lets through and what it answers itself."""
import json
import pathlib
import re
import socket
import unittest

import settings
from client import send
from stack_case import StackCase


def documented_routes():
    """(method, path with {…} filled in) of everything that the services offer in api/openapi."""
    for file in sorted((settings.ROOT / "api" / "openapi").glob("*.json")):
        if file.stem == "contracts-directory":  # what is asked of the provider's system
            continue
        for path, methods in json.loads(file.read_text()).get("paths", {}).items():
            for method in methods:
                if method in ("get", "post", "put", "delete"):
                    filled = path.replace("{sha256}", "0" * 64).replace("{number}", "1")
                    yield method.upper(), re.sub(r"\{\w+\}", "x_1", filled)


def raw(front, request):
    """Sends bytes and returns all that comes until the other side closes (or falls silent)."""
    host, port = front.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=3) as connection:
        connection.sendall(request)
        received = b""
        try:
            while chunk := connection.recv(65536):
                received += chunk
        except TimeoutError:
            pass
        return received.decode("latin-1")


class FrontDoor(StackCase):
    spare = 0

    def test_every_documented_route_leads_to_its_service(self):
        inner = re.compile(r"^/(healthz|readyz|metrics)$")
        routes = [route for route in documented_routes() if not inner.match(route[1])]
        self.assertGreater(len(routes), 20)
        for method, path in routes:
            with self.subTest(f"{method} {path}"):
                # Without a key a service answers 401; nginx itself would say 404 or 405.
                answer = send(self.stack.front, method, path, {} if method == "POST" else None)
                self.assert_problem(answer, 401)

    def test_what_is_not_a_route_ends_at_the_door(self):
        for path in ("/", "/v1", "/v1/nothing", "/v1/incidents/", "/v1//incidents", "/v1/incidents/../incidents", "/v1/incidents/%2e%2e",
                     "/v1/incidents/a%2fb", "/readyz", "/metrics", "/v1/evidence/abc", "/_problem/404", "/v1/incidents/a/orders/b"):
            with self.subTest(path):
                self.assert_problem(send(self.stack.front, "GET", path), 404, "not-found")

    def test_methods_are_named_where_they_are_refused(self):
        for method, path, allow in (("DELETE", "/v1/incidents", "GET"), ("GET", "/v1/reports", "POST"), ("PUT", "/v1/quotes", "POST"),
                                    ("OPTIONS", "/v1/incidents/x/orders", "POST"), ("PATCH", "/v1/incidents/x/report", "GET")):
            with self.subTest(f"{method} {path}"):
                answer = send(self.stack.front, method, path)
                self.assert_problem(answer, 405, "method-not-allowed")
                self.assertEqual(answer.headers["allow"], allow)

    def test_an_oversize_body_gets_413_and_the_connection_ends(self):
        head = b"POST /v1/reports HTTP/1.1\r\nHost: x\r\nContent-Length: 300000\r\n\r\n"
        answer = raw(self.stack.front, head + b"GET /v1/incidents HTTP/1.1\r\nHost: x\r\n\r\n")
        self.assertEqual(len(re.findall(r"HTTP/1\.1 [0-9]{3} ", answer)), 1, answer)
        self.assertIn("HTTP/1.1 413 ", answer)
        self.assertIn("urn:rescue:problem:payload-too-large", answer)

    def test_what_is_ambiguous_is_refused_and_the_connection_ends(self):
        follow_up = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
        heads = [b"Content-Length: 2\r\nContent-Length: 3\r\n", b"Content-Length: abc\r\n", b"Content-Length: -1\r\n",
                 b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n", b"Host: y\r\nContent-Length: 2\r\n", b"Content-Length: 1, 1\r\n"]
        for head in heads:
            with self.subTest(head):
                answer = raw(self.stack.front, b"POST /v1/reports HTTP/1.1\r\nHost: x\r\n" + head + b"\r\n{}" + follow_up)
                self.assertTrue(answer.startswith("HTTP/1.1 400 "), answer)
                self.assertEqual(len(re.findall(r"HTTP/1\.1 [0-9]{3} ", answer)), 1, answer)
                self.assertIn("urn:rescue:problem:bad-request", answer)

    def test_garbage_bytes_are_answered_or_dropped_and_nothing_breaks(self):
        for garbage in (b"\x00" * 100 + b"\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", b"GET\r\n\r\n",
                        b"GET / HTTP/1.1\r\nHost: \xff\r\n\r\n", b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n", b"\r\n" * 50):
            raw(self.stack.front, garbage)
        self.assertEqual(send(self.stack.front, "GET", "/healthz").status, 200)

    def test_a_service_that_is_down_gives_503_and_is_reached_again_at_once(self):
        self.stack.kill("pricing")
        answer = self.stack.call("GET", "/v1/catalogue", "operator")
        self.assert_problem(answer, 503, "service-unavailable")
        self.assertEqual(answer.headers["retry-after"], "1")
        self.stack.restart("pricing")
        self.assertEqual(self.stack.call("GET", "/v1/catalogue", "operator").status, 200)

    def test_a_reader_of_events_is_told_to_come_again_while_workflow_is_away(self):
        # A browser's EventSource gives up for good after anything but a 200 of its type.
        path = "/v1/incidents/inc_01j9z3k4m5n6p7q8r9s0t1v2w5/events"
        self.stack.kill("workflow")
        answer = send(self.stack.front, "GET", path)
        self.assertEqual((answer.status, answer.text), (200, "retry: 5000\n\n"))
        self.assertEqual(answer.headers["content-type"], "text/event-stream")
        self.assertEqual(answer.headers["cache-control"], "no-store")
        self.stack.restart("workflow")
        self.assert_problem(send(self.stack.front, "GET", path), 401)
        self.assert_problem(send(self.stack.front, "POST", path, {}), 405, "method-not-allowed")

    def test_the_request_id_of_a_problem_is_in_the_answers_header(self):
        answer = self.stack.call("GET", "/v1/incidents/inc_unknown", "operator", headers={"X-Request-Id": "support-case-4711"})
        self.assertEqual(answer.status, 404, answer)
        self.assertEqual(answer.json["request_id"], "support-case-4711")

    def test_the_shipped_file_is_what_runs(self):
        rendered = (self.stack.run / "nginx" / "nginx.conf").read_text()
        self.assertNotIn("${", rendered)
        self.assertEqual(len(rendered.splitlines()),
                         len(pathlib.Path(settings.ROOT / "docker" / "nginx" / "rescue.conf.template").read_text().splitlines()))


if __name__ == "__main__":
    unittest.main()
