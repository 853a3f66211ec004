"""Just enough of the Redis protocol (RESP2, redis.io/docs/reference/protocol-spec) to look into a stream and to disturb it."""
import socket


def command(port, *parts):
    """Sends one command to 127.0.0.1:port; returns its reply: bytes, int, list or None."""
    encoded = [part if isinstance(part, bytes) else str(part).encode() for part in parts]
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(b"*%d\r\n" % len(encoded) + b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in encoded))
        with connection.makefile("rb") as answer:
            return read_reply(answer)


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


def add(port, service, payload):
    return command(port, "XADD", stream_key(service), "*", "m", payload)


def remove(port, service, entry_id):
    return command(port, "XDEL", stream_key(service), entry_id)
