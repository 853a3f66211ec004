"""Attacks that take time: slow senders, slow answers, the end of a service while it answers."""
import re
import threading
import time

import attacks
import target
from wire import Wire, exchange

SLOW_SENDERS_END_S = 20
CHOICE = (b'{"choice":"service","situation_sha256":"' + b"0" * 64 +
          b'","on_behalf_of":{"customer":"C-1001","person":"The administrator"}}')


class SlowSenders:
    """Begun before the other attacks and judged after them: half requests, some fed a byte now and then."""

    def __init__(self, ways):
        self.held = []
        for way in ways:
            for one in way.listeners:
                for number in range(10):
                    wire = Wire(one.address)
                    begin = way.get(one, path="/healthz") if number % 2 else way.post_head(one, "Content-Length: 50\r\n")
                    wire.send(begin[:-3] if number % 2 else begin + b"{")
                    self.held.append((way.name, number, time.monotonic(), wire))
        self.stopped = threading.Event()
        self.feeder = threading.Thread(target=self.feed)
        self.feeder.start()

    def feed(self):
        while not self.stopped.wait(0.5):
            for _, number, _, wire in self.held:
                if number % 3 == 0:
                    wire.send(b"x")

    def attack(self, way):
        """They are ended, whether they dribble or not."""
        through = []
        mine = [item for item in self.held if item[0] == way.name]
        for _, number, begun, wire in mine:
            wire.ends_within(max(0.05, begun + SLOW_SENDERS_END_S - time.monotonic()))
            if not wire.ended:
                through.append(f"slow sender {number} is still connected")
            elif b" 200 " in wire.received or b" 500 " in wire.received:
                through.append(f"slow sender {number} got {wire.received[:40]!r}")
        return len(mine), through

    def close(self):
        self.stopped.set()
        self.feeder.join()
        for *_, wire in self.held:
            wire.socket.close()


def slow_listener(way):
    return next(one for one in way.listeners if one.name == "intake_slow")


def late_answers(stack):
    """While workflow stands still a choice waits two seconds for it: its answer comes, and other routes are served meanwhile."""
    def attack(way):
        through, one = [], slow_listener(way)
        stack.pause("workflow")
        try:
            with Wire(one.address) as late:
                late.send(way.post(one, CHOICE))
                begun = time.monotonic()
                for _ in range(30):
                    reader = next(item for item in way.readable if item.name == "intake")
                    if not exchange(reader.address, way.get(reader), 1):
                        through.append("another route was held up")
                held_up_s = time.monotonic() - begun
                if held_up_s > 2:
                    through.append(f"30 other requests took {held_up_s:.1f} s")
                answer = late.answer(8)
                if not answer or answer.status != 202:
                    through.append(f"the late answer was {answer}")
        finally:
            stack.resume("workflow")
        return 31, through
    return attack


def settled(stack, way):
    """Waits until intake decides at once again, so that the next choice is one that waits."""
    one = slow_listener(way)
    stack.wait_for("a decision at once", lambda: exchange(one.address, way.post(one, CHOICE)).status != 202)


def connections(stack, name):
    return float(re.search(r"^rescue_http_connections (\S+)", stack.metrics(name), re.MULTILINE).group(1))


def endings(stack):
    """SIGTERM while a request waits for its decision and others come in: no answer that was begun is lost."""
    def attack(way):
        through = []
        settled(stack, way)
        one = slow_listener(way)
        stack.pause("workflow")
        try:
            waiting = [Wire(one.address) for _ in range(6)]
            for wire in waiting:
                wire.send(way.post(one, CHOICE))
            stack.wait_for("the requests to arrive", lambda: connections(stack, "intake") >= len(waiting))
            code = stack.terminate("intake")
            if code != 0:
                through.append(f"intake ended with {code}")
            for wire in waiting:
                answer = wire.answer(5)
                if not answer or answer.status != 202:
                    through.append(f"a request in flight got {answer}")
                wire.socket.close()
        finally:
            stack.resume("workflow")
            stack.restart("intake")
        return len(waiting), through
    return attack


def first_requests(stack):
    """A service that has just started gets every method on many paths at once: its routes do not grow by use."""
    def attack(way):
        stack.terminate("pricing")
        stack.restart("pricing")
        one = next(item for item in way.readable if item.name == "pricing")
        through = []

        def run(lane):
            for number in range(25):
                method = ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", f"M{lane}{number}")[number % 7]
                path = (target.PATHS["pricing"][0], "/v1/quotes", f"/v1/quotes/quo_{lane}{number}")[number % 3]
                answer = exchange(one.address, way.get(one, method=method, path=path), head_only=method == "HEAD")
                if not answer or attacks.fault_of(answer):
                    through.append(f"{method} {path}: {answer}")

        attacks.in_threads(run, 8)
        return 200, through
    return attack
