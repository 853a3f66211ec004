"""Who appears in the made-up logs: addresses, names, programs. The same seed gives the same cast."""
import datetime
import itertools
import random

SEED = 20260106


class Cast:
    """Addresses of the internet at large; the networks of owners and intruders are not among them."""

    def __init__(self, part):
        self.random = random.Random(f"{SEED} {part}")

    def addresses(self, count):
        """IPv4 for the most part, some of them neighbours in one network; every fortieth is IPv6."""
        found = []
        while len(found) < count:
            a, b, c = self.random.randint(11, 223), self.random.randrange(256), self.random.randrange(256)
            if a in (100, 127, 169, 172, 192, 198, 203):
                continue
            for _ in range(self.random.choice((1, 1, 1, 2, 5))):
                found.append(f"{a}.{b}.{c}.{self.random.randint(1, 254)}")
            if len(found) % 40 == 0:
                found.append(f"2a02:{b:x}{c:02x}:{a:x}::{self.random.randint(1, 65535):x}")
        return found[:count]

    def some(self, pool, count, steep=True):
        """`count` of the pool; with `steep` the first of it come far more often than the last, as the busy do."""
        weights = [1 / (place + 8) for place in range(len(pool))] if steep else None
        return self.random.choices(pool, cum_weights=list(itertools.accumulate(weights)) if weights else None, k=count)


def endless(cast, pool, steep=True, at_once=20_000):
    """The same without an end, drawn many at a time: one by one would take minutes."""
    while True:
        yield from cast.some(pool, at_once, steep)


def numbers(cast, low, high, at_once=20_000):
    while True:
        yield from [int(low + (high - low) * cast.random.random()) for _ in range(at_once)]


def stamps(begun, day_of, end):
    """Texts of the time from `begun` on, second by second: day_of(day), "hh:mm:ss", end."""
    at = begun
    while True:
        day = day_of(at)
        for second in range(86_400):
            yield f"{day}{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}{end}"
        at += datetime.timedelta(days=1)
