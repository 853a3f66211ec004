"""What is attacked: the listeners of the running services, and the front door before them."""
import dataclasses
import itertools


@dataclasses.dataclass(frozen=True)
class Listener:
    """One address that speaks HTTP, a path to read and one to write there, and a role for each. Of `readable` ones the answers
    come from the service itself, whichever way they are asked."""
    name: str
    address: tuple
    read_path: str
    read_role: str
    write_path: str
    write_role: str


ID = "inc_01j00000000000000000000000"
PATHS = {
    "intake": ("/v1/requests/req_01j00000000000000000000000", "web_form", "/v1/reports", "reporter"),
    # It has nothing to read but /healthz; the front door answers that one itself.
    "intake_slow": ("/healthz", "web_form", f"/v1/incidents/{ID}/choices", "web_form"),
    "workflow": ("/v1/incidents", "operator", "/v1/tasks/tsk_01j00000000000000000000000/completions", "operator"),
    "pricing": ("/v1/catalogue", "operator", "/v1/quotes", "operator"),
    "worker": ("/v1/worker/dead-letters", "operator", "/v1/worker/dead-letters/999/requeues", "operator"),
}


class Way:
    """A way to reach the services: `direct` (each listener) or `nginx` (the same paths through the front door)."""

    def __init__(self, name, listeners, tokens):
        self.name = name
        self.listeners = listeners
        self.tokens = tokens
        self.readable = [one for one in listeners if one.read_path != "/healthz"]
        self.turn = itertools.count()

    @property
    def direct(self):
        return self.name == "direct"

    def reader(self):
        return self.readable[next(self.turn) % len(self.readable)]

    def writer(self):
        return self.listeners[next(self.turn) % len(self.listeners)]

    def authorization(self, role):
        return f"Authorization: Bearer {self.tokens[role]}\r\n"

    def get(self, one, fields="", method="GET", path=None, close=False):
        connection = "close" if close else "keep-alive"
        return (f"{method} {path or one.read_path} HTTP/1.1\r\nHost: rescue\r\nConnection: {connection}\r\n"
                f"{self.authorization(one.read_role)}{fields}\r\n").encode("latin-1")

    def post_head(self, one, fields):
        """The head of a POST without its length, which is what the attacks are about."""
        return (f"POST {one.write_path} HTTP/1.1\r\nHost: rescue\r\nConnection: keep-alive\r\nContent-Type: application/json\r\n"
                f"Idempotency-Key: guards-{next(self.turn)}\r\n{self.authorization(one.write_role)}{fields}\r\n").encode("latin-1")

    def post(self, one, body, fields=""):
        return self.post_head(one, f"Content-Length: {len(body)}\r\n{fields}") + body


def ways(stack):
    def listeners(address_of):
        return [Listener(name, address_of(name), *paths) for name, paths in PATHS.items()]

    tokens = {role: stack.token(role) for role in ("web_form", "reporter", "operator")}
    return [Way("direct", listeners(lambda name: ("127.0.0.1", stack.ports[name])), tokens),
            Way("nginx", listeners(lambda name: ("127.0.0.1", stack.ports["front"])), tokens)]
