"""Each attack takes a way in and returns (tries, what got through as a list of texts)."""
import itertools
import random
import threading
import time

import requests
from wire import Wire, exchange

MARK = "smuggled-"
LEAK_SECONDS = 8
SERVER_FAULTS = set(range(500, 600)) - {501, 505}
counter = itertools.count(1)


def fault_of(answer):
    """What no answer may be: a fault of ours, or a field that the request made up."""
    if answer.status in SERVER_FAULTS:
        return f"status {answer.status}"
    if "x-injected" in answer.headers:
        return "an injected header field"
    if any(word in answer.body for word in (b"std::", b"exception", b"nlohmann", b"terminate")):
        return f"inner words: {answer.body[:200]!r}"
    return None


def try_bad(way, bad):
    """One refused request with a request behind it that must never be served. Returns what got through, or None."""
    mark = f"{MARK}{next(counter):08}"
    one = way.writer()
    follow_up = way.get(one, f"X-Request-Id: {mark}\r\n")
    with Wire(one.address) as wire:
        wire.send(bad.build(way, one))
        answer = wire.answer(3)
        if answer is None and not wire.ended:
            return "no answer and no end"
        if answer and (fault := fault_of(answer)):
            return fault
        if not way.direct and bad.clear_to_nginx:
            return None
        wire.send(follow_up)
        wire.ends_within(2.0 if way.direct else 0.5)
        if mark.encode() in wire.received:
            return "the request behind it was served"
        if way.direct and answer and answer.status not in bad.statuses:
            return f"status {answer.status}, not {bad.statuses}"
        if way.direct and not wire.ended:
            return "the connection was left open"
    return None


def all_bad(kinds, rounds):
    def attack(way):
        through = []
        for _ in range(rounds):
            for bad in kinds:
                if fault := try_bad(way, bad):
                    through.append(f"{bad.name}: {fault}")
        return rounds * len(kinds), through
    return attack


def leaks(way):
    """Clients that send and close at once, beside clients that check that the answer is their own."""
    end = time.monotonic() + LEAK_SECONDS
    tries, through = [0] * 4, []

    def run(lane):
        for number in itertools.count():
            if time.monotonic() > end:
                return
            one = way.reader()
            for hasty in range(2):
                with Wire(one.address) as wire:
                    wire.send(way.get(one, f"X-Request-Id: secret-{lane}-{number}-{hasty}\r\n"))
            own = f"checked-{lane}-{number}"
            answer = exchange(one.address, way.get(one, f"X-Request-Id: {own}\r\n"))
            tries[lane] += 3
            if answer is None or answer.request_id != own:
                through.append(f"asked as {own}, answered {answer and answer.request_id}")

    in_threads(run, len(tries))
    return sum(tries), through


def in_threads(run, count):
    threads = [threading.Thread(target=run, args=(lane,)) for lane in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def pipelines(way):
    """Many requests in one write: answered in order, each by its own answer."""
    through = []
    for round_number in range(20):
        one = way.reader()
        ids = [f"piped-{round_number}-{number}" for number in range(20)]
        with Wire(one.address) as wire:
            wire.send(b"".join(way.get(one, f"X-Request-Id: {name}\r\n") for name in ids))
            got = [answer.request_id for answer in wire.answers(len(ids))]
        if got != ids[:len(got)] or len(got) < len(ids):
            through.append(f"{len(got)} of {len(ids)} answers, in order: {got == ids[:len(got)]}")
    return 400, through


def closes(way):
    """`Connection: close` ends the connection, and what follows is not served."""
    through = []
    for number in range(60):
        one, mark = way.reader(), f"{MARK}{next(counter):08}"
        with Wire(one.address) as wire:
            wire.send(way.get(one, f"X-Request-Id: closing-{number:04}\r\n", close=True) + way.get(one, f"X-Request-Id: {mark}\r\n"))
            answer = wire.answer()
            if not answer or answer.headers.get("connection") != "close" or not wire.ends_within(3) or mark.encode() in wire.received:
                through.append("the connection went on")
    return 60, through


def heads_and_options(way):
    """HEAD has no body (the next answer is whole), OPTIONS and unknown methods say what is allowed."""
    through = []
    for _ in range(20):
        for method in ("HEAD", "OPTIONS", "DELETE", "PATCH", "TRACE", "BREW"):
            one = way.reader()
            with Wire(one.address) as wire:
                wire.send(way.get(one, method=method))
                answer = wire.answer(head_only=method == "HEAD")
                wire.send(way.get(one, "X-Request-Id: after-head-1\r\n"))
                after = wire.answer()
            if not answer or (fault := fault_of(answer)):
                through.append(f"{method}: {fault if answer else 'no answer'}")
            elif method == "TRACE" and not way.direct:
                continue  # nginx refuses it before it looks at the path, and may close
            elif method != "HEAD" and answer.status != 204 and not (answer.status == 405 and answer.headers.get("allow")):
                through.append(f"{method}: {answer.status} without Allow")
            elif (way.direct or after) and (not after or after.request_id != "after-head-1"):
                through.append(f"{method}: the connection lost its step")
    return 120, through


def odd_fields(way):
    """Header fields that nobody needs change nothing."""
    through, tries = [], 0
    for text in requests.ODD_FIELDS:
        for one in way.readable:
            plain, odd = exchange(one.address, way.get(one)), exchange(one.address, way.get(one, text + "\r\n"))
            tries += 1
            if not plain or not odd or plain.status != odd.status:
                through.append(f"{text!r} at {one.name}: {odd and odd.status}, without it {plain and plain.status}")
    return tries, through


def hostile_bodies(way):
    """Whatever the body is, the answer is a problem of the caller's, without inner words."""
    through, tries = [], 0
    for body in requests.HOSTILE_BODIES:
        for one in way.listeners:
            answer = exchange(one.address, way.post(one, body))
            tries += 1
            if not answer or not 400 <= answer.status < 500 or b"urn:rescue:problem:" not in answer.body or fault_of(answer):
                through.append(f"{body[:30]!r} at {one.name}: {answer}")
    return tries, through


def random_bytes(way):
    """Valid requests, cut, mixed and damaged; never a fault of ours, and the service goes on."""
    chooser, through, tries = random.Random(20), [], 400
    for _ in range(tries):
        one = way.writer()
        data = bytearray(way.post(one, b'{"a":1}') if chooser.random() < 0.5 else way.get(way.reader()))
        for _ in range(chooser.randrange(1, 6)):
            data[chooser.randrange(len(data))] = chooser.randrange(256)
        if chooser.random() < 0.3:
            del data[chooser.randrange(len(data)):]
        with Wire(one.address) as wire:
            wire.send(bytes(data))
            answer = wire.answer(0.05)
            if answer and (fault := fault_of(answer)):
                through.append(f"{bytes(data)[:80]!r}: {fault}")
    for one in way.readable:
        if not exchange(one.address, way.get(one)):
            through.append(f"{one.name} no longer answers")
    return tries, through


def half_open(way):
    """Hundreds of connections that say nothing or half a line do not stop the others."""
    through, held = [], []
    for number in range(300):
        one = way.reader()
        wire = Wire(one.address)
        wire.send(b"GET /v1/inc"[:number % 12])
        held.append(wire)
    for one in way.readable * 5:
        begun = time.monotonic()
        if not exchange(one.address, way.get(one)) or time.monotonic() - begun > 2:
            through.append(f"{one.name} was held up")
    for wire in held:
        wire.socket.close()
    return 300, through
