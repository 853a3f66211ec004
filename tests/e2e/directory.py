"""A provider's directory of contracts (api/openapi/contracts-directory.json) over a contracts file, which can be told to misbehave."""
import datetime
import http.server
import json
import threading
import urllib.parse

TOKYO = datetime.timezone(datetime.timedelta(hours=9))
HUGE = b'{"under_contract": false, "reason": "unknown", "padding": "' + b"x" * 1_000_000 + b'"}'
WRONG_TYPES = {"under_contract": True, "server": {"id": 7, "customer": [], "addresses": "192.0.2.10", "contract": None}}


def day_of(at):
    return datetime.datetime.fromisoformat(at.replace("Z", "+00:00")).astimezone(TOKYO).date().isoformat()


def looked_up(servers, query):
    """The answer to a query of exactly one name and a time."""
    (kind, text), = ((kind, query[kind][0]) for kind in ("id", "address", "hostname") if kind in query)
    day = day_of(query["at"][0])
    answer = {"under_contract": False, "reason": "unknown"}
    for server in servers:
        names = {"id": [server["id"]], "address": server["addresses"], "hostname": [server.get("hostname", "").lower()]}
        if text not in names[kind]:
            continue
        begin, end = server["contract"]["from"], server["contract"]["to"]
        if begin <= day and (end is None or day <= end):
            return {"under_contract": True, "server": server}
        answer = {"under_contract": False, "server_id": server["id"]} | (
            {"reason": "not_begun", "day": begin} if day < begin else {"reason": "ended", "day": end})
    return answer


class Directory:
    """Serves `servers` (as in a contracts file) on `port` until closed. `mode`: ok, slow, drip, garbage, huge, wrong_types, 503, 401. `tls`: the
    ssl.SSLContext of the next opening, or None."""

    def __init__(self, port, servers, token, tls=None):
        self.port, self.servers, self.token, self.tls = port, servers, token, tls
        self.mode = "ok"
        self.calls = []
        self.may_go_on = threading.Event()
        self.server = None

    def open(self):
        directory = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                directory.answer(self)

            def log_message(self, *_):
                pass
        self.may_go_on.clear()
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self.server.daemon_threads = True
        if self.tls:
            self.server.socket = self.tls.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def close(self):
        self.may_go_on.set()
        if self.server:
            self.server.shutdown()
            self.server.server_close()
            self.server = None

    def answer(self, request):
        url = urllib.parse.urlsplit(request.path)
        query = urllib.parse.parse_qs(url.query)
        self.calls.append(query)
        if request.headers.get("Authorization") != f"Bearer {self.token}" or self.mode == "401":
            return self.send(request, 401, b"")
        if url.path != "/v1/servers":
            return self.send(request, 404, b"")
        if self.mode == "slow":
            self.may_go_on.wait(60)
        if self.mode == "drip":
            return self.drip(request)
        bodies = {"garbage": b"<html>It works!</html>", "huge": HUGE, "wrong_types": json.dumps(WRONG_TYPES).encode()}
        body = bodies.get(self.mode) or json.dumps(looked_up(self.servers, query)).encode()
        return self.send(request, 503 if self.mode == "503" else 200, body)

    @staticmethod
    def send(request, status, body):
        try:
            request.send_response(status)
            request.send_header("Content-Type", "application/json")
            request.send_header("Content-Length", str(len(body)))
            request.end_headers()
            request.wfile.write(body)
        except OSError:
            pass  # the caller has gone: that is what some modes are for

    def drip(self, request):
        """A head whose end never comes, a byte at a time."""
        try:
            request.wfile.write(b"HTTP/1.1 200 OK\r\nX-Drip: ")
            while not self.may_go_on.wait(0.1):
                request.wfile.write(b"x")
        except OSError:
            pass
