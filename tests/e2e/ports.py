"""Free ports on loopback. Below the kernel's ephemeral range, so that no outgoing connection takes one before it is used."""
import random
import socket

taken = set()


def free_port():
    chooser = random.SystemRandom()
    for _ in range(1000):
        port = chooser.randrange(12_000, 32_000)
        if port in taken:
            continue
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        taken.add(port)
        return port
    raise RuntimeError("no free port")


# `make up` listens where the documents say.
FIXED = {"front": 8080, "redis": 6390,
         "intake": 8101, "intake_slow": 8111, "workflow": 8102, "pricing": 8103, "worker": 8104,
         "intake_metrics": 9101, "workflow_metrics": 9102, "pricing_metrics": 9103, "worker_metrics": 9104}


def choose(fixed, further=()):
    """`further`: names of replicas, each with a listener, one for metrics and, as intake has, a slow one."""
    ports = dict(FIXED) if fixed else {name: free_port() for name in FIXED}
    return ports | {f"{name}{suffix}": free_port() for name in further for suffix in ("", "_slow", "_metrics")}
