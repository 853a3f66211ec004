"""The OpenAPI documents: which answer is as described, which examples there are, which problems are named."""
import json
import pathlib
import re
import subprocess
import sys
import warnings

ROOT = pathlib.Path(__file__).resolve().parents[2]
subprocess.run([ROOT / "tools" / "install-deps", ROOT / "tests" / "examples" / "deps.txt"], check=True)
sys.path.append("/usr/lib/python3/dist-packages")  # for a python3 that is not Debian's
warnings.filterwarnings("ignore", category=DeprecationWarning)  # newer versions warn of RefResolver, Debian 12's has nothing else
import jsonschema  # noqa: E402 (may just have been installed)

API = ROOT / "api"
EXAMPLES = API / "examples"
METHODS = ("get", "post", "put", "patch", "delete")
PROBLEM = "application/problem+json"


def read(uri):
    """Without the name it gives itself: references are to lead to the file."""
    document = json.loads(pathlib.Path(uri.removeprefix("file://")).read_text())
    document.pop("$id", None)
    return document


def schema_fault(value, schema, place):
    """What is wrong with `value`, or "". References are read from `place`, the file the schema stands in."""
    resolver = jsonschema.RefResolver(place.as_uri(), read(place.as_uri()), handlers={"file": read})
    validator = jsonschema.Draft202012Validator({key: part for key, part in schema.items() if key != "$id"}, resolver=resolver)
    error = jsonschema.exceptions.best_match(validator.iter_errors(value))
    return f"{error.json_path}: {error.message[:300]}" if error else ""


def bare(media_type):
    """Without parameters."""
    return media_type.lower().split(";")[0].strip()


class Operation:
    def __init__(self, place, path, method, value):
        self.place, self.path, self.method, self.value = place, path, method.upper(), value
        self.pattern = re.compile(re.sub(r"\{\w+\}", "[^/]+", path))

    def __str__(self):
        return f"{self.method} {self.path}"

    def response(self, status):
        """(file, response) for a status, followed to where it is written; (None, None) where none is described."""
        responses = self.value["responses"]
        found = responses.get(str(status)) or (responses.get("default") if status >= 400 else None)
        if not found or "$ref" not in found:
            return (self.place, found) if found else (None, None)
        file, pointer = found["$ref"].split("#")
        place = self.place.with_name(file) if file else self.place
        document = json.loads(place.read_text())
        for part in pointer.strip("/").split("/"):
            document = document[part]
        return place, document

    def bodies(self):
        """[("request" or "answer", media type description)] of all that carry examples."""
        yield from (("request", body) for body in self.value.get("requestBody", {}).get("content", {}).values())
        for response in self.value["responses"].values():
            yield from (("answer", body) for body in response.get("content", {}).values())


class Contract:
    def __init__(self):
        self.common = API / "openapi" / "common.json"
        self.operations, self.events = [], []  # what is asked of a service, and what it sends by itself
        for place in sorted((API / "openapi").glob("*.json")):
            document = json.loads(place.read_text())
            for name, found in (("paths", self.operations), ("webhooks", self.events)):
                for path, item in document.get(name, {}).items():
                    found += [Operation(place, path, method, value) for method, value in item.items() if method in METHODS]

    def problems(self):
        """Names of all problems that the documents promise."""
        named = set(json.loads(self.common.read_text())["x-problems"])
        return named.union(*(operation.value.get("x-problems", ()) for operation in self.operations))

    def operation(self, method, path):
        bare = path.split("?")[0]
        return next((one for one in self.operations if one.method == method and one.pattern.fullmatch(bare)), None)

    def answer_fault(self, method, path, answer):
        """What is not as described in an answer, or ""."""
        operation = self.operation(method, path)
        if operation is None:  # no such route: a problem, and nothing else
            return self.problem_fault(answer)
        place, response = operation.response(answer.status)
        if response is None:
            return f"{operation}: the status {answer.status} is not described"
        media_type = bare(answer.headers.get("content-type", ""))
        content = {bare(name): described for name, described in response.get("content", {}).items()}
        if media_type not in content:
            return f"{operation}: the media type {media_type!r} of {answer.status} is not described"
        if media_type == PROBLEM and answer.problem not in self.problems():
            return f"{operation}: the problem {answer.problem} is not described"
        fault = schema_fault(answer.json, content[media_type]["schema"], place) if "json" in media_type else ""
        return f"{operation}: {answer.status}: {fault}" if fault else ""

    def problem_fault(self, answer):
        if answer.headers.get("content-type") != PROBLEM:
            return f"{answer.status} is no problem document: {answer}"
        fault = schema_fault(answer.json, {"$ref": "#/components/schemas/Problem"}, self.common)
        return f"{answer.problem}: {fault}" if fault else ""

    def examples(self):
        """[(file, kind, operation, schema)] of every example that a document refers to; `kind` is "request", "answer" or "event"."""
        found = []
        for operation in self.operations + self.events:
            for kind, body in operation.bodies():
                kind = "event" if operation in self.events else kind
                for example in body.get("examples", {}).values():
                    if "externalValue" in example:
                        found.append(((operation.place.parent / example["externalValue"]).resolve(), kind, operation, body["schema"]))
        return found
