"""One HTTP call and its answer, by the standard library alone."""
import dataclasses
import http.client
import json
import urllib.parse
import uuid


@dataclasses.dataclass
class Answer:
    """What came back. `json` is the parsed body, or None where it is not JSON; header names are in lower case."""
    status: int
    headers: dict
    content: bytes

    @property
    def text(self):
        return self.content.decode("utf-8", "replace")

    @property
    def json(self):
        if "json" not in self.headers.get("content-type", ""):
            return None
        return json.loads(self.content)

    @property
    def problem(self):
        """The problem's short name ("not-found"), or "" where the answer is none."""
        document = self.json if isinstance(self.json, dict) else {}
        return document.get("type", "").removeprefix("urn:rescue:problem:")

    def __str__(self):
        return f"{self.status} {self.text[:600]}"


def send(base_url, method, path, body=None, headers=None, timeout_s=20):
    """Sends `body` (a JSON value, or bytes as they are) to base_url + path on a connection of its own."""
    where = urllib.parse.urlsplit(base_url)
    headers = dict(headers or {})
    if body is not None and not isinstance(body, bytes):
        body = json.dumps(body, ensure_ascii=False).encode()
        headers.setdefault("Content-Type", "application/json")
    connection = http.client.HTTPConnection(where.hostname, where.port, timeout=timeout_s)
    try:
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, response.read())
    finally:
        connection.close()


class Caller:
    """Calls the front door with one role's token. For the web form, `customer` says for whom."""

    def __init__(self, base_url, token, role):
        self.base_url = base_url
        self.token = token
        self.role = role

    def call(self, method, path, body=None, customer=None, headers=None, key=None, base_url=None):
        """POSTs get an Idempotency-Key of their own unless `key` gives one; on_behalf_of goes where the API wants it."""
        sent = {"Authorization": f"Bearer {self.token}", "Connection": "keep-alive"} | (headers or {})
        if method == "POST":
            sent.setdefault("Idempotency-Key", key or str(uuid.uuid4()))
            if customer and isinstance(body, dict):
                body = body | {"on_behalf_of": {"customer": customer, "person": "The customer's administrator"}}
        elif customer:
            path += ("&" if "?" in path else "?") + "on_behalf_of=" + urllib.parse.quote(customer)
        return send(base_url or self.base_url, method, path, body, sent)

    def get(self, path, customer=None, **more):
        return self.call("GET", path, customer=customer, **more)

    def post(self, path, body, customer=None, **more):
        return self.call("POST", path, body, customer=customer, **more)
