"""Makes for a rule what must be logged for it to fire: a text for each field, and texts for the line."""

import itertools
import re
import re._parser as re_parser  # the standard library's own reader of regular expressions

from reading import names_of, parse, pieces_of

WAYS_MAX = 400


class Wanted:
    """What one way of fulfilling a rule asks for: [(field, value, modifiers)], field "" for the line. `before`: what stands in front where
    nothing else must, for rules that leave the shortest text alone."""

    def __init__(self, items, before=""):
        self.items, self.before = items, before

    def fields(self):
        return list(dict.fromkeys(field for field, _, _ in self.items if field))

    def text(self, field):
        """One text for the field that has all that is asked of it; None: the field must be missing."""
        asked = [(value, modifiers) for name, value, modifiers in self.items if name == field]
        if any(value is None for value, _ in asked):
            return None
        exact = [v for v, m in asked if not set(m) & {"contains", "startswith", "endswith", "re", "cidr"} and field]
        if exact:
            return plain(exact[0])
        starts = "".join(plain(v) for v, m in asked if "startswith" in m)
        ends = "".join(plain(v) for v, m in asked if "endswith" in m)
        middle = [plain(v) for v, m in asked if "contains" in m or (not field and not set(m) & {"re"})]
        middle += [example_of(v) for v, m in asked if "re" in m] + [v.split("/")[0] for v, m in asked if "cidr" in m]
        kept = []
        for text in sorted(set(middle), key=middle.index):  # a text within another needs no place of its own
            if not any(text != other and text in other for other in [*middle, starts, ends]):
                kept.append(text)
        return (starts or (self.before if field else "")) + " ".join(kept) + ends

    def broken(self):
        """The same again and again, each time with one of its texts broken, so that it asks for another one."""
        for i, (field, value, modifiers) in enumerate(self.items):
            for instead in broken_values(value, modifiers):
                items = [*self.items[:i], (field, instead, [m for m in modifiers if m != "re"]), *self.items[i + 1:]]
                yield Wanted(items, self.before)


def broken_values(value, modifiers):
    if value is None:
        return ["something"]
    text = example_of(value) if "re" in modifiers else plain(value)
    if text.isdigit():
        return [str(int(text) + 1), str(int(text) + 7)]
    half = max(1, len(text) // 2)
    return [text[:half] + "qz" + text[half:], "qzq" + text[half:]]


def plain(value):
    """A value's text with something for each wildcard."""
    pieces = pieces_of(str(value))
    return "".join(p if i % 2 == 0 else {"*": "x", "?": "x"}[p] for i, p in enumerate(pieces))


def ways_of(rule):
    """Each way in which the rule may be fulfilled, as far as its positive parts go."""
    conditions = rule.detection["condition"]
    conditions = conditions if isinstance(conditions, list) else [conditions]
    seen = 0
    for text in conditions:
        for items in ways(parse(text), rule.detection):
            yield Wanted(items)
            yield Wanted(items, "/srv")
            seen += 1
            if seen >= WAYS_MAX:
                return


def joined(lists):
    """Every choice of one way out of each list of ways, all of them together; the nearest choices first."""
    for choice in itertools.islice(itertools.product(*[list(itertools.islice(ways, 30)) for ways in lists]), WAYS_MAX):
        yield list(itertools.chain.from_iterable(choice))


def ways(tree, detection):
    kind = tree[0]
    if kind == "and":
        yield from joined([ways(part, detection) for part in tree[1:]])
    elif kind == "or":
        for part in tree[1:]:
            yield from ways(part, detection)
    elif kind == "not":
        yield []
    elif kind == "of":
        names = names_of(tree[2], detection)
        if tree[1] == "all":
            yield from joined([selection_ways(detection[n]) for n in names])
        else:
            many = 1 if tree[1] == "any" else int(tree[1])
            for some in itertools.combinations(names, many):
                yield from joined([selection_ways(detection[n]) for n in some])
    else:
        yield from selection_ways(detection[tree[1]])


def selection_ways(selection):
    if isinstance(selection, dict):
        yield from joined([item_ways(key, values) for key, values in selection.items()])
    elif isinstance(selection, list):
        for part in selection:
            yield from selection_ways(part) if isinstance(part, dict) else item_ways("", part)
    else:
        yield from item_ways("", selection)


def item_ways(key, values):
    field, *modifiers = key.split("|")
    values = values if isinstance(values, list) else [values]
    if "all" in modifiers:
        yield [(field, value, modifiers) for value in values]
        return
    for value in values:
        yield [(field, value, modifiers)]


def example_of(pattern):
    """A text that a regular expression finds."""
    return "".join(example(part) for part in re_parser.parse(pattern))


def example(part):
    kind, value = part
    name = str(kind)
    if name == "LITERAL":
        return chr(value)
    if name == "NOT_LITERAL":
        return "a" if value != ord("a") else "b"
    if name == "ANY":
        return "x"
    if name == "AT":
        return " " if str(value) == "AT_BOUNDARY" else ""
    if name == "IN":
        return one_of(value)
    if name == "CATEGORY":
        return {"CATEGORY_DIGIT": "1", "CATEGORY_SPACE": " ", "CATEGORY_WORD": "w"}.get(str(value), "x")
    if name in ("MAX_REPEAT", "MIN_REPEAT"):
        least, _, inner = value
        return "".join(example(p) for p in inner) * least
    if name == "SUBPATTERN":
        return "".join(example(p) for p in value[3])
    if name == "BRANCH":
        return "".join(example(p) for p in value[1][0])
    raise ValueError(f"no example for {name}")


def one_of(choices):
    if str(choices[0][0]) == "NEGATE":
        taken = re.compile("[" + "".join(re.escape(chr(v)) for k, v in choices[1:] if str(k) == "LITERAL") + "\\s]")
        return next(c for c in "axz19" if not taken.match(c))
    kind, value = choices[0]
    if str(kind) == "RANGE":
        return chr(value[0])
    return example((kind, value))
