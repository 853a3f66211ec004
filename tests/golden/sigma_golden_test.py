#!/usr/bin/env python3
"""Runs the Sigma rules of sigma_rules on the recordings and holds what they find against the golden here.

  sigma_golden_test.py PROBE            run the checks
  sigma_golden_test.py PROBE --update   write the golden anew (look at the difference before it is committed)
"""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SCHEMA = json.loads((ROOT / "api/schemas/investigation.schema.json").read_text())
RECORDINGS = ["breakin", "clean", "noisy"]

sys.path.insert(0, str(HERE))
import json_schema  # noqa: E402

probe = None
scratch = None
documents = {}


def document(name, jobs=2):
    if (name, jobs) not in documents:
        root = pathlib.Path(scratch.name) / name
        if not root.exists():
            subprocess.run([ROOT / "tests/corpus/unpack", name, root], check=True)
        out = pathlib.Path(scratch.name) / "out.json"
        subprocess.run([probe, "investigate", "--root", root, "--sigma", HERE / "sigma_rules", "--out", out, "--jobs", str(jobs)], check=True)
        documents[name, jobs] = json.loads(out.read_text())
    return documents[name, jobs]


def told(name, jobs=2):
    """What Sigma rules found, and what is said of them; findings' numbers are the others' business."""
    doc = document(name, jobs)
    findings = [{k: v for k, v in f.items() if k != "id"} for f in doc["findings"] if f["rule"].startswith("sigma.")]
    return {"findings": findings, "gaps": [g["reason"] for g in doc["gaps"] if "Sigma" in g["reason"]]}


def golden_text():
    return json.dumps({name: told(name) for name in RECORDINGS}, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


class SigmaRules(unittest.TestCase):
    def test_find_what_the_golden_says(self):
        self.assertEqual(golden_text(), (HERE / "sigma.json").read_text())

    def test_find_the_same_whatever_the_jobs(self):
        for jobs in (1, 5):
            self.assertEqual(told("breakin", jobs), told("breakin"))

    def test_form_is_the_schemas(self):
        for name in RECORDINGS:
            self.assertEqual(json_schema.faults(document(name), SCHEMA), [])

    def test_bear_out_no_other_finding(self):
        for name in RECORDINGS:
            own = json.loads((HERE / f"{name}.json").read_text())
            self.assertEqual([v["confidence"] for v in document(name)["entry_vectors"]], [v["confidence"] for v in own["entry_vectors"]])


if __name__ == "__main__":
    probe = pathlib.Path(sys.argv[1]).resolve()
    scratch = tempfile.TemporaryDirectory()
    if "--update" in sys.argv:
        (HERE / "sigma.json").write_text(golden_text())
        sys.exit(0)
    unittest.main(argv=sys.argv[:1])
