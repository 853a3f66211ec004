#!/usr/bin/env python3
"""Investigates the recordings of tests/corpus with the real program and holds the result against the truth beside them,
against the schema, and byte for byte against the goldens here.

  probe_golden_test.py PROBE            run the checks
  probe_golden_test.py PROBE --update   write the goldens anew (look at the difference before it is committed)
"""
import datetime
import hashlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
CORPUS = ROOT / "tests/corpus"
SCHEMA = json.loads((ROOT / "api/schemas/investigation.schema.json").read_text())
RECORDINGS = sorted(path.name.removesuffix(".truth.json") for path in CORPUS.glob("*.truth.json"))
SERIOUS = {"medium", "high", "critical"}

sys.path.insert(0, str(HERE))
import json_schema  # noqa: E402

probe = None
scratch = None
results = {}


def unpack(name):
    target = pathlib.Path(scratch.name) / name
    if not target.exists():
        subprocess.run([CORPUS / "unpack", name, target], check=True)
    return target


def investigate(name, jobs=2):
    """The bytes that the program writes."""
    if (name, jobs) not in results:
        out = pathlib.Path(scratch.name) / f"{name}.{jobs}.json"
        subprocess.run([probe, "investigate", "--root", unpack(name), "--out", out, "--jobs", str(jobs)], check=True)
        results[name, jobs] = out.read_bytes()
    return results[name, jobs]


def of_the_disk(text):
    """Without what the document says of the machine that read the disk."""
    told = json.loads(text)
    told.pop("sandbox")
    return json.dumps(told, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def document(name):
    return json.loads(investigate(name))


def truth(name):
    return json.loads((CORPUS / f"{name}.truth.json").read_text())


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def fingerprint(root):
    """Content, mtime and atime of everything below `root`. Links' own access times are the kernel's business."""
    seen = {}
    for folder, names, files in os.walk(root):
        for name in names + files:
            path = os.path.join(folder, name)
            st = os.lstat(path)
            if os.path.islink(path):
                seen[path] = (os.readlink(path), st.st_mtime_ns)
                continue
            seen[path] = (st.st_mode, st.st_mtime_ns, st.st_atime_ns, st.st_size)
    return seen


class EveryRecording(unittest.TestCase):
    def test_result_has_the_form_the_schema_says(self):
        for name in RECORDINGS:
            with self.subTest(name):
                self.assertEqual(json_schema.faults(document(name), SCHEMA), [])

    def test_example_has_the_form_the_schema_says(self):
        example = json.loads((ROOT / "api/examples/investigation.json").read_text())
        self.assertEqual(json_schema.faults(example, SCHEMA), [])

    def test_result_equals_the_golden_whatever_the_jobs(self):
        for name in RECORDINGS:
            for jobs in (1, 2, 5):
                with self.subTest(name, jobs=jobs):
                    self.assertEqual(investigate(name, jobs), investigate(name))
                    self.assertEqual(of_the_disk(investigate(name, jobs)), (HERE / f"{name}.json").read_text())

    def test_nothing_under_the_root_is_written_or_touched(self):
        for name in RECORDINGS:
            with self.subTest(name):
                root = unpack(name)
                before = fingerprint(root)
                out = pathlib.Path(scratch.name) / "untouched.json"
                subprocess.run([probe, "investigate", "--root", root, "--out", out], check=True)
                self.assertEqual(fingerprint(root), before)

    def test_chains_timeline_and_hashes_point_to_what_is_there(self):
        for name in RECORDINGS:
            with self.subTest(name):
                doc, root = document(name), unpack(name)
                ids = {finding["id"] for finding in doc["findings"]}
                for vector in doc["entry_vectors"]:
                    self.assertLessEqual(set(vector["chain"]), ids)
                times = [note["time"] for note in doc["timeline"]]
                self.assertEqual(times, sorted(times))
                for finding in doc["findings"]:
                    for evidence in finding["evidence"]:
                        file = root / evidence["file"].lstrip("/")
                        if file.is_symlink():
                            self.assertEqual((evidence["excerpt"], evidence["sha256"]), (f"-> {os.readlink(file)}", ""))
                            continue
                        content = file.read_bytes()
                        self.assertEqual(hashlib.sha256(content).hexdigest(), evidence["sha256"])

    def test_where_there_is_no_mail_server_no_mail_was_abused(self):
        for name in RECORDINGS:
            if (unpack(name) / "etc/postfix").exists():
                continue
            judgement = document(name)["verdict"]["mail_abuse"]
            self.assertEqual((judgement["state"], judgement["ways"]), ("none_found", []))
            self.assertFalse(any("mail" in gap["path"] for gap in document(name)["gaps"]))


class TheBreakIn(unittest.TestCase):
    def setUp(self):
        self.doc, self.truth = document("breakin"), truth("breakin")
        self.tolerance = datetime.timedelta(seconds=self.truth["clock_tolerance_s"])

    def finding(self, rule):
        found = [f for f in self.doc["findings"] if f["rule"] == rule]
        self.assertTrue(found, rule)
        return found[0]

    def near(self, told, true):
        self.assertLessEqual(abs(moment(told) - moment(true)), self.tolerance)

    def test_is_confirmed_with_account_address_time_and_way(self):
        self.assertEqual(self.doc["verdict"]["intrusion"]["state"], "confirmed")
        self.assertTrue(self.doc["cause"]["known"])
        vector = self.doc["entry_vectors"][0]
        self.assertEqual(vector["account"], self.truth["account"])
        self.assertEqual(vector["address"], self.truth["attacker_address"])
        self.assertEqual((vector["technique"], vector["confidence"]), ("T1110.001", "high"))
        self.near(vector["at"], self.truth["login_at"])

    def test_counts_every_guess_across_rotated_and_compressed_logs(self):
        why = self.finding("ssh.guessing")["why"]
        self.assertIn(f"{self.truth['guesses']} failed log-ins", why)
        self.assertIn(f"for {len(self.truth['guesses_by_account'])} account name(s)", why)

    def test_names_the_added_key_and_not_the_owners(self):
        findings = [f for f in self.doc["findings"] if f["rule"] == "keys.added_in_break_in"]
        self.assertEqual(len(findings), 1)
        self.assertEqual(findings[0]["path"], self.truth["key"]["path"])
        self.assertIn(self.truth["key"]["fingerprint"], findings[0]["why"])
        self.assertEqual(findings[0]["evidence"][0]["excerpt"], self.truth["key"]["line"])
        self.near(findings[0]["time"], self.truth["key"]["added_at"])
        self.assertEqual(self.finding("keys.used_after_added")["address"], self.truth["attacker_address"])
        for fingerprint_ in self.truth["legit_key_fingerprints"].values():
            self.assertNotIn(fingerprint_, json.dumps(self.doc["findings"]))

    def test_names_the_cron_entry(self):
        cron = self.finding("cron.download_to_shell")
        self.assertEqual(cron["path"], self.truth["cron"]["path"])
        self.assertEqual(cron["evidence"][0]["excerpt"], self.truth["cron"]["line"])
        self.near(cron["time"], self.truth["cron"]["added_at"])
        self.assertEqual(len([f for f in self.doc["findings"] if f["rule"].startswith("cron.")]), 1)

    def test_names_the_web_shell_and_who_called_it(self):
        paths = {f["path"] for f in self.doc["findings"] if f["rule"] == "webshell.request_to_code"}
        self.assertEqual(paths, {self.truth["web_shell"]["path"], self.truth["dropped_file"]})
        called = self.finding("webshell.called")
        self.assertEqual(called["address"], self.truth["attacker_address"])
        self.assertIn(f"{self.truth['web_shell']['posts']} of them POST", called["why"])
        self.near(called["time"], self.truth["web_shell"]["first_post_at"])

    def test_tells_what_was_done_as_root(self):
        sudo = self.finding("accounts.privilege_used")
        self.assertIn(self.truth["sudo"]["command"], sudo["evidence"][0]["excerpt"])

    def test_accuses_nobody_else(self):
        belonging = set(self.truth["legit_accounts"]) - set(self.truth["accused"])
        self.assertFalse(belonging & set(self.doc["impact"]["accounts"]))
        self.assertFalse(set(self.truth["legit_addresses"]) & set(self.doc["impact"]["addresses"]))


class TheOthers(unittest.TestCase):
    def test_clean_finds_nothing_above_info(self):
        doc = document("clean")
        self.assertEqual(doc["verdict"]["intrusion"]["state"], "none_found")
        self.assertEqual([f for f in doc["findings"] if f["severity"] != "info"], [])

    def test_noisy_is_background_and_accuses_nobody(self):
        doc, true = document("noisy"), truth("noisy")
        self.assertEqual(doc["verdict"]["intrusion"]["state"], "none_found")
        self.assertEqual([f for f in doc["findings"] if f["severity"] in SERIOUS], [])
        self.assertEqual((doc["entry_vectors"], doc["impact"]["accounts"]), ([], []))
        guessing = {f["address"]: f["why"] for f in doc["findings"] if f["rule"] == "ssh.guessing"}
        self.assertEqual(set(guessing), set(true["attacker_addresses"]))
        for address, guesses in true["guesses_by_address"].items():
            self.assertIn(f"{guesses} failed log-ins", guessing[address])


class TheProgram(unittest.TestCase):
    def run_probe(self, *arguments):
        return subprocess.run([probe, *arguments], capture_output=True, text=True)

    def test_exit_codes(self):
        out = str(pathlib.Path(scratch.name) / "x.json")
        self.assertEqual(self.run_probe("--version").returncode, 0)
        self.assertEqual(self.run_probe("--help").returncode, 0)
        for wrong in ([], ["frobnicate"], ["investigate"], ["investigate", "--root", "/x"],
                      ["investigate", "--root", "/x", "--out", out, "--jobs", "0"],
                      ["investigate", "--root", "/x", "--out", out, "--since", "yesterday"],
                      ["investigate", "--root", "/x", "--out", out, "--surprise", "1"]):
            self.assertEqual(self.run_probe(*wrong).returncode, 2, wrong)
        self.assertEqual(self.run_probe("investigate", "--root", "/no/such/root", "--out", out).returncode, 1)
        self.assertEqual(self.run_probe("investigate", "--root", unpack("clean"), "--out", "/no/such/x").returncode, 1)

    def test_refuses_to_write_into_the_evidence(self):
        root = unpack("clean")
        inside = root / "result.json"
        self.assertEqual(self.run_probe("investigate", "--root", root, "--out", inside).returncode, 2)
        self.assertFalse(inside.exists())

    def test_stats_are_apart(self):
        stats = pathlib.Path(scratch.name) / "stats.json"
        out = pathlib.Path(scratch.name) / "with-stats.json"
        self.run_probe("investigate", "--root", unpack("clean"), "--out", out, "--stats", stats)
        self.assertIn("phase_ms", json.loads(stats.read_text()))
        self.assertEqual(out.read_bytes(), investigate("clean"))

    def test_reads_behind_the_walls_that_the_kernel_offers(self):
        levels = {level["level"]: level for level in document("clean")["sandbox"]}
        if "none" in levels:
            self.skipTest(levels["none"]["why"])
        self.assertTrue(levels["seccomp"]["held"] and levels["no_new_privileges"]["held"], levels)

    def test_loose_evidence_tells_the_break_in_without_the_disk(self):
        folder = pathlib.Path(scratch.name) / "loose"
        logs = unpack("breakin") / "var/log"
        for number, log in enumerate(sorted(path for path in logs.rglob("*") if path.is_file())):
            # Rotated files keep their order by name; the names themselves say nothing.
            place = folder / f"{number}"
            place.mkdir(parents=True)
            (place / "received").write_bytes(log.read_bytes())
        out = pathlib.Path(scratch.name) / "loose.json"
        self.assertEqual(self.run_probe("investigate", "--evidence", folder, "--out", out).returncode, 0)
        doc, true = json.loads(out.read_text()), truth("breakin")
        self.assertEqual(json_schema.faults(doc, SCHEMA), [])
        self.assertEqual(doc["entry_vectors"][0]["address"], true["attacker_address"])
        self.assertEqual(doc["entry_vectors"][0]["account"], true["account"])
        self.assertTrue(any("no server's disk" in gap["reason"] for gap in doc["gaps"]))

    def test_only_some_families(self):
        out = pathlib.Path(scratch.name) / "only.json"
        self.run_probe("investigate", "--root", unpack("breakin"), "--out", out, "--only", "cron")
        doc = json.loads(out.read_text())
        self.assertEqual({f["rule"].split(".")[0] for f in doc["findings"]}, {"cron"})
        self.assertTrue(any("--only" in gap["reason"] for gap in doc["gaps"]))

    def test_progress_is_one_json_object_a_line(self):
        out = pathlib.Path(scratch.name) / "progress.json"
        said = self.run_probe("investigate", "--root", unpack("clean"), "--out", out, "--progress", "ndjson").stderr
        for line in said.splitlines():
            self.assertIn("bytes", json.loads(line)["progress"])

    def test_own_rules_stand_beside_the_built_in_ones_or_are_refused(self):
        folder = pathlib.Path(scratch.name) / "own"
        folder.mkdir()
        rule = json.loads((ROOT / "libs/detect/data/commands/download_to_shell.json").read_text()) | {
            "id": "commands.own_tool", "match": {"any": [{"program": ["owntool"]}]},
            "examples": {"must_fire": ["owntool -x"], "must_not_fire": ["othertool"]}}
        (folder / "own.json").write_text(json.dumps(rule))
        check = subprocess.run([probe, "check-rules", folder], capture_output=True, text=True)
        self.assertEqual((0, "commands.own_tool: its examples hold\n"), (check.returncode, check.stdout), check.stderr)
        root, out = pathlib.Path(scratch.name) / "owned", pathlib.Path(scratch.name) / "own.json"
        (root / "root").mkdir(parents=True)
        (root / "etc").mkdir()
        (root / "etc/passwd").write_text("root:x:0:0:root:/root:/bin/bash\n")
        (root / "root/.bash_history").write_text("#1789264811\nowntool --all\n")
        run = [probe, "investigate", "--root", root, "--out", out, "--rules", folder]
        subprocess.run(run, check=True)
        self.assertIn("commands.own_tool", {finding["rule"] for finding in json.loads(out.read_text())["findings"]})
        (folder / "own.json").write_text(json.dumps(rule | {"id": "staging.miner"}))
        refused = subprocess.run(run, capture_output=True, text=True)
        self.assertEqual((2, "rescue-probe: own.json: staging.miner: the id is a shipped rule's\n"), (refused.returncode, refused.stderr))

    def test_yara_rules_are_compiled_and_used_behind_the_walls(self):
        rules = pathlib.Path(scratch.name) / "rules"
        rules.mkdir()
        (rules / "a.yar").write_text('import "elf" rule script { strings: $a = "#!/bin/sh" condition: $a at 0 and filepath != "" }')
        (rules / "b.yar").write_text("rule broken {")
        out = pathlib.Path(scratch.name) / "yara.json"
        subprocess.run([probe, "investigate", "--root", unpack("breakin"), "--out", out, "--yara", rules, "--only", "yara"], check=True)
        told = json.loads(out.read_text())
        self.assertTrue(told["findings"])
        self.assertEqual({"yara.match"}, {finding["rule"] for finding in told["findings"]})
        self.assertTrue(any(gap["reason"].startswith("the YARA rules in b.yar were not used: line ") for gap in told["gaps"]))
        self.assertEqual([], json_schema.faults(told, SCHEMA))

    def test_since_leaves_older_lines_out(self):
        out = pathlib.Path(scratch.name) / "since.json"
        self.run_probe("investigate", "--root", unpack("breakin"), "--out", out, "--since", truth("breakin")["recorded_to"])
        self.assertEqual(json.loads(out.read_text())["entry_vectors"], [])


def update():
    for name in RECORDINGS:
        (HERE / f"{name}.json").write_text(of_the_disk(investigate(name)))
        print(f"wrote {name}.json")


if __name__ == "__main__":
    probe = sys.argv.pop(1)
    with tempfile.TemporaryDirectory() as folder:
        scratch = type("Scratch", (), {"name": folder})
        if sys.argv[1:] == ["--update"]:
            update()
        else:
            unittest.main(verbosity=2)
