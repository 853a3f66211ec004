"""The part of JSON Schema 2020-12 that our schemas use; an unknown keyword is an error, so that nothing goes unchecked."""
import re

ANNOTATIONS = {"$schema", "$id", "title", "description", "$defs"}
TYPES = {
    "object": lambda v: isinstance(v, dict),
    "array": lambda v: isinstance(v, list),
    "string": lambda v: isinstance(v, str),
    "integer": lambda v: isinstance(v, int) and not isinstance(v, bool),
    "boolean": lambda v: isinstance(v, bool),
}


def faults(value, schema, root=None, pointer=""):
    """What is wrong with `value`, as a list of sentences."""
    root = root or schema
    found = []
    if "$ref" in schema:
        target = root
        for part in schema["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        found += faults(value, target, root, pointer)
    for keyword, rule in schema.items():
        if keyword in ANNOTATIONS or keyword == "$ref":
            continue
        if keyword not in KEYWORDS:
            raise ValueError(f"{pointer}: keyword {keyword} is not known here")
        found += KEYWORDS[keyword](value, rule, schema, root, pointer)
    return found


def check_type(value, rule, schema, root, pointer):
    return [] if TYPES[rule](value) else [f"{pointer}: is no {rule}"]


def check_properties(value, rule, schema, root, pointer):
    if not isinstance(value, dict):
        return []
    return [fault for key, inner in rule.items() if key in value for fault in faults(value[key], inner, root, f"{pointer}/{key}")]


def check_additional(value, rule, schema, root, pointer):
    extra = [key for key in value if key not in schema.get("properties", {})] if isinstance(value, dict) else []
    if rule is False:
        return [f"{pointer}/{key}: not expected" for key in extra]
    return [fault for key in extra for fault in faults(value[key], rule, root, f"{pointer}/{key}")]


def check_items(value, rule, schema, root, pointer):
    if not isinstance(value, list):
        return []
    return [fault for i, item in enumerate(value) for fault in faults(item, rule, root, f"{pointer}/{i}")]


def simple(holds, says):
    def check(value, rule, schema, root, pointer):
        return [] if holds(value, rule) else [f"{pointer}: {says} {rule}: {value!r:.80}"]
    return check


KEYWORDS = {
    "type": check_type,
    "properties": check_properties,
    "additionalProperties": check_additional,
    "items": check_items,
    "required": lambda v, rule, s, r, p: [f"{p}/{key}: is missing" for key in rule if isinstance(v, dict) and key not in v],
    "const": simple(lambda v, rule: v == rule, "is not"),
    "enum": simple(lambda v, rule: v in rule, "is none of"),
    "pattern": simple(lambda v, rule: not isinstance(v, str) or re.search(rule, v), "does not match"),
    "minLength": simple(lambda v, rule: not isinstance(v, str) or len(v) >= rule, "is shorter than"),
    "maxLength": simple(lambda v, rule: not isinstance(v, str) or len(v) <= rule, "is longer than"),
    "minimum": simple(lambda v, rule: not TYPES["integer"](v) or v >= rule, "is less than"),
    "minItems": simple(lambda v, rule: not isinstance(v, list) or len(v) >= rule, "has fewer items than"),
    "maxItems": simple(lambda v, rule: not isinstance(v, list) or len(v) <= rule, "has more items than"),
    "uniqueItems": simple(lambda v, rule: not isinstance(v, list) or len({repr(x) for x in v}) == len(v), "has equal items:"),
}
