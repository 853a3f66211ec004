"""Ten moments for five hosts, by chance: two for each, the second in a later part of the work, so that an attempt that bears the first cut comes to it."""
import dataclasses

# From the second in which the part is first told.
WITHIN_S = {"upload": 5.0, "scan": 1.0, "response": 2.6}
PAIRS = (("upload", "response"), ("upload", "response"), ("scan", "response"), ("scan", "response"), ("upload", "scan"))


@dataclasses.dataclass(frozen=True)
class Moment:
    """`down_s`: how long the link is away at least."""
    part: str
    after_s: float
    down_s: float


def moments(chance, silence_s):
    """[[Moment, Moment]] for five hosts. Of each part some are borne (shorter than the silence that ends a line) and some are not."""
    long_ones = {"upload": [True, False, True], "scan": [True, False, False], "response": [True, True, False, True]}
    for one in long_ones.values():
        chance.shuffle(one)

    def moment(part):
        long = long_ones[part].pop()
        down_s = chance.uniform(silence_s * 1.1, silence_s * 4) if long else chance.uniform(0.5, silence_s / 2)
        return Moment(part, chance.uniform(0, WITHIN_S[part]), down_s)
    pairs = list(PAIRS)
    chance.shuffle(pairs)
    return [[moment(part) for part in pair] for pair in pairs]
