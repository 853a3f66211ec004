"""Just enough of the Redis protocol (RESP2, redis.io/docs/reference/protocol-spec) to look into a stream and to disturb it."""
import hmac
import socket


def command(port, *parts, login=None):
    """Sends one command to 127.0.0.1:port, as (user, password) `login` if given; returns its reply: bytes, int, list or None."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection, connection.makefile("rb") as answer:
        if login:
            connection.sendall(encode("AUTH", *login))
            read_reply(answer)
        connection.sendall(encode(*parts))
        return read_reply(answer)


def encode(*parts):
    encoded = [part if isinstance(part, bytes) else str(part).encode() for part in parts]
    return b"*%d\r\n" % len(encoded) + b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in encoded)


def read_reply(answer):
    line = answer.readline().rstrip(b"\r\n")
    kind, rest = line[:1], line[1:]
    if kind == b"-":
        raise ValueError(rest.decode())
    if kind == b":":
        return int(rest)
    if kind == b"$":
        size = int(rest)
        return None if size < 0 else answer.read(size + 2)[:-2]
    if kind == b"*":
        return [read_reply(answer) for _ in range(int(rest))]
    return rest


def stream_key(service):
    return f"rescue:stream:{service}"


def entries(port, service):
    """[(entry id, payload)] of what lies in a service's stream."""
    return [(entry_id, fields[fields.index(b"m") + 1]) for entry_id, fields in
            command(port, "XRANGE", stream_key(service), "-", "+")]


def add(port, service, payload, secret):
    """As a service that holds the secret would (libs/queue/src/seal.hpp); without one: as a stranger."""
    sealed = hmac.new(secret.encode(), stream_key(service).encode() + b"\n" + payload, "sha256").hexdigest() if secret else ""
    return command(port, "XADD", stream_key(service), "*", "m", payload, "a", sealed)


def remove(port, service, entry_id):
    return command(port, "XDEL", stream_key(service), entry_id)
