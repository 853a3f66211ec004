"""The requests that must be refused: what is sent, and what a service answers when it gets it directly."""
import dataclasses
import typing

FILLER = b"x" * 4096


@dataclasses.dataclass(frozen=True)
class Bad:
    """`build(way, listener)` gives the bytes. `clear_to_nginx`: nginx may read it in one way only (and then takes it), so that
    what follows on the connection is a request of its own."""
    name: str
    build: typing.Callable
    statuses: tuple = (400,)
    clear_to_nginx: bool = False


def length(name, fields, statuses=(400,), body=b"abcde", **more):
    return Bad(name, lambda way, one: way.post_head(one, fields) + body, statuses, **more)


def form(name, raw, statuses=(400,), **more):
    return Bad(name, lambda way, one: raw, statuses, **more)


def field(name, fields, statuses=(400,), **more):
    return Bad(name, lambda way, one: way.get(way.reader(), fields), statuses, **more)


def target(path, statuses=(400,), **more):
    return Bad(f"target {path[:40]}", lambda way, one: way.get(way.reader(), path=path), statuses, **more)


def query(text):
    def build(way, _):
        one = way.reader()
        return way.get(one, path=one.read_path + "?" + text)
    return Bad(f"query {text}", build, clear_to_nginx=True)


LENGTHS = [
    length("length is a word", "Content-Length: abc\r\n"),
    length("length below zero", "Content-Length: -1\r\n"),
    length("length with a sign", "Content-Length: +5\r\n"),
    length("length in hex", "Content-Length: 0x5\r\n"),
    length("length as a list", "Content-Length: 5, 5\r\n"),
    length("length over 64 bits", "Content-Length: 18446744073709551621\r\n"),
    length("length twice, equal", "Content-Length: 5\r\nContent-Length: 5\r\n"),
    length("length twice, different", "Content-Length: 5\r\nContent-Length: 0\r\n"),
    length("length and chunked", "Content-Length: 0\r\nTransfer-Encoding: chunked\r\n", body=b"5\r\nabcde\r\n0\r\n\r\n"),
    length("chunked and length", "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", body=b"0\r\n\r\n"),
    length("chunked", "Transfer-Encoding: chunked\r\n", (411,), b"5\r\nabcde\r\n0\r\n\r\n", clear_to_nginx=True),
    length("unknown coding", "Transfer-Encoding: identity\r\n", (501,)),
    length("chunked, then something", "Transfer-Encoding: chunked, identity\r\n", (501,)),
    length("body too large", "Content-Length: 900000\r\n", (413,), FILLER),
]

FORMS = [
    form("no version", b"GET /healthz\r\n\r\n", clear_to_nginx=True),
    form("two blanks", b"GET  /healthz HTTP/1.1\r\nHost: rescue\r\n\r\n", clear_to_nginx=True),
    form("no request", b"nonsense\r\n\r\n"),
    form("TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"),
    form("HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", (505,)),
    form("HTTP/3.7", b"GET /healthz HTTP/3.7\r\nHost: rescue\r\n\r\n", (505,)),
    form("absolute form", b"GET http://rescue/healthz HTTP/1.1\r\nHost: rescue\r\n\r\n", clear_to_nginx=True),
    form("lines without CR", b"GET /healthz HTTP/1.1\nHost: rescue\n\n", clear_to_nginx=True),
    form("no host", b"GET /healthz HTTP/1.1\r\n\r\n"),
    form("two hosts", b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
    form("host with a bad port", b"GET /healthz HTTP/1.1\r\nHost: rescue:abc\r\n\r\n", clear_to_nginx=True),
    form("host with a huge port", b"GET /healthz HTTP/1.1\r\nHost: rescue:99999999999\r\n\r\n", clear_to_nginx=True),
    field("folded field", "X-A: b\r\n c\r\n", clear_to_nginx=True),
    field("blank before the colon", "X-A : b\r\n", clear_to_nginx=True),
    field("NUL in a field", "X-A: b\0c\r\n"),
    field("CR in a field", "X-A: b\rc\r\n", clear_to_nginx=True),
]

LIMITS = [
    Bad("line too long", lambda way, one: way.get(way.reader(), path="/" + "a" * 9_000), (414,)),
    field("fields too large", "X-A: " + "a" * 7_000 + "\r\nX-B: " + "b" * 7_000 + "\r\nX-C: " + "c" * 7_000 + "\r\n", (431,), clear_to_nginx=True),
    field("too many fields", "".join(f"X-{number}: a\r\n" for number in range(100)), (431,), clear_to_nginx=True),
]

TARGETS = [target(path, clear_to_nginx=True) for path in (
    "//healthz", "/v1//incidents", "/v1/./incidents", "/v1/../v1/incidents", "/v1/%2e%2e/healthz", "/v1/incidents/a%2fb", "/v1/incidents/a%5cb",
    "/v1/incidents/%00", "/v1/incidents/a%0d%0aX-Injected:%20yes", "/v1/incidents/%ff", "/v1/incidents/%c0%af", "/v1/incidents/%ed%a0%80",
    "/v1/incidents/%zz", "/v1/incidents/%", "/v1/incidents#x")]

QUERIES = [query(text) for text in ("limit=1&limit=2", "limit=1&%6cimit=2", "a=%ff", "a=%00", "a=%0d%0aX-Injected:%20yes", "a=%", "&", "=1")]

ODD_FIELDS = ["Accept: nonsense", "Accept: ;;;", "Accept: */*;q=x", "Cookie: a", "Cookie: =;=;", "Date: yesterday", "Expires: never",
              "Accept-Encoding: x;q=z", "Cache-Control: max-age=abc", "User-Agent: \xc3\xbc", "Authorization-X: a", "traceparent: nonsense",
              "If-Modified-Since: 0", "Range: bytes=0-0", "Upgrade: websocket", "Content-Type: nonsense/;;"]

HOSTILE_BODIES = [
    b"", b"{", b"[]", b"null", b'"', b"[" * 100_000, b'{"a":' * 30_000, b'{"a":1,"a":2}', b'{"a":"\xff"}', b"\xff\xfe", b"\0", b'{"server":1e999}',
    b'{"server":123456789012345678901234567890}', b'{"source":{},"category":[],"server":"x","summary":0,"on_behalf_of":true}',
    b'{"incident_id":{"$ne":1},"server_id":[1],"work_item":null,"quote":[],"consents":{}}', b'{"reason":"' + b"\\u0000" * 1000 + b'"}',
    b'{"on_behalf_of":{"customer":"\\ud800","person":"x"}}', b'{"choice":"service","situation_sha256":"' + b"a" * 100_000 + b'"}',
    b'{"server":{"id":"srv-1001\' OR 1=1 --"},"source":"third_party","category":"unknown","summary":"x"}', b"[1,2" * 20_000]
