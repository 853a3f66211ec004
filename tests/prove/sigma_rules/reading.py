"""Sigma rules read and judged in Python, apart from the probe: what a rule says of fields and lines."""

import fnmatch
import ipaddress
import re

import yaml


class Rule:
    def __init__(self, path, document):
        self.path, self.document = path, document
        self.id, self.title = str(document.get("id", "")).lower(), str(document["title"])
        source = document.get("logsource") or {}
        self.product, self.category, self.service = (str(source.get(k) or "") for k in ("product", "category", "service"))
        self.detection = document["detection"]

    def matches(self, fields, lines):
        """Whether it fires on an event: {field: [values]} and the lines that keywords are looked for in."""
        conditions = self.detection["condition"]
        conditions = conditions if isinstance(conditions, list) else [conditions]
        return any(holds(parse(text), self.detection, fields, lines) for text in conditions)


def is_meant(document):
    source = document.get("logsource") or {}
    product, category, service = (source.get(k) for k in ("product", "category", "service"))
    return product == "linux" or category == "webserver" or (product is None and service in ("apache", "nginx"))


def read_rules(folder):
    rules = []
    for path in sorted(folder.glob("rules*/**/*.yml")):
        for document in yaml.safe_load_all(path.read_text(encoding="utf-8")):
            if isinstance(document, dict) and "detection" in document and is_meant(document):
                rules.append(Rule(path, document))
    return rules


def parse(text):
    """A condition as nested tuples: ("and"|"or", parts…), ("not", part), ("of", how many, pattern), ("name", n)."""
    words = re.findall(r"[()|]|[^\s()|]+", text)

    def any_of():
        parts = [all_of()]
        while words and words[0].lower() == "or":
            words.pop(0)
            parts.append(all_of())
        return parts[0] if len(parts) == 1 else ("or", *parts)

    def all_of():
        parts = [one()]
        while words and words[0].lower() == "and":
            words.pop(0)
            parts.append(one())
        return parts[0] if len(parts) == 1 else ("and", *parts)

    def one():
        word = words.pop(0)
        if word.lower() == "not":
            return ("not", one())
        if word == "(":
            inner = any_of()
            assert words.pop(0) == ")"
            return inner
        if words and words[0].lower() == "of":
            words.pop(0)
            return ("of", word.lower(), words.pop(0))
        return ("name", word)

    tree = any_of()
    assert not words, f"left over in a condition: {words}"
    return tree


def names_of(pattern, detection):
    names = [n for n in detection if n not in ("condition", "timeframe")]
    if pattern == "them":
        return [n for n in names if not n.startswith("_")]
    return [n for n in names if fnmatch.fnmatchcase(n, pattern)]


def holds(tree, detection, fields, lines):
    kind = tree[0]
    if kind == "and":
        return all(holds(part, detection, fields, lines) for part in tree[1:])
    if kind == "or":
        return any(holds(part, detection, fields, lines) for part in tree[1:])
    if kind == "not":
        return not holds(tree[1], detection, fields, lines)
    if kind == "of":
        found = [selected(detection[n], fields, lines) for n in names_of(tree[2], detection)]
        return all(found) if tree[1] == "all" else sum(found) >= (1 if tree[1] == "any" else int(tree[1]))
    return selected(detection[tree[1]], fields, lines)


def selected(selection, fields, lines):
    if isinstance(selection, dict):
        return all(item_holds(key, value, fields, lines) for key, value in selection.items())
    if isinstance(selection, list):
        return any(selected(part, fields, lines) if isinstance(part, dict) else item_holds("", part, fields, lines)
                   for part in selection)
    return item_holds("", selection, fields, lines)


def item_holds(key, values, fields, lines):
    field, *modifiers = key.split("|")
    values = values if isinstance(values, list) else [values]
    there = lines if not field else fields.get(field, [])
    wanted = modifiers if field else [*modifiers, "contains"]
    found = [any(value_holds(value, text, wanted) for text in there) if value is not None else not there for value in values]
    return all(found) if "all" in modifiers else any(found)


def value_holds(value, text, modifiers):
    if "re" in modifiers:
        return re.search(value, text) is not None
    if "cidr" in modifiers:
        try:
            return ipaddress.ip_address(text) in ipaddress.ip_network(value)
        except ValueError:
            return False
    return re.fullmatch(pattern_of(str(value), modifiers), text, re.IGNORECASE | re.DOTALL) is not None


def pieces_of(value):
    """A value's texts with what stands between them: "*" or "?"."""
    pieces, at = [""], 0
    while at < len(value):
        sign = value[at]
        if sign == "\\" and value[at + 1:at + 2] in ("*", "?", "\\") and value[at + 1:at + 2]:
            pieces[-1] += value[at + 1]
            at += 1
        elif sign in "*?":
            pieces += [sign, ""]
        else:
            pieces[-1] += sign
        at += 1
    return pieces


def pattern_of(value, modifiers):
    pieces = pieces_of(value)
    pattern = "".join(re.escape(p) if i % 2 == 0 else {"*": ".*", "?": "."}[p] for i, p in enumerate(pieces))
    before = ".*" if "contains" in modifiers or "endswith" in modifiers else ""
    after = ".*" if "contains" in modifiers or "startswith" in modifiers else ""
    return before + pattern + after
