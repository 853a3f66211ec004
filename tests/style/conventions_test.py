"""What every file keeps to: names, words, links, sizes."""
import json
import os
import re
import unittest

import tree

LINES_MAX = 450
FUNCTION_LINES_MAX = 100
# Files that say themselves why they are long: one table each, or a test program.
PASSING_TIME_IS_ITS_JOB = {"tests/e2e/waiting.py"}


# fail(ErrorCode::kX, "name", …), Error{ErrorCode::kX, "name", …}, reader.fault("key", "name", …)
PROBLEM_USED = r'(?:(?:fail\(|Error\{)\s*ErrorCode::k\w+|\bfault\([\w".+ ()]+),\s*"([a-z0-9]+(?:-[a-z0-9]+)+)",'


def catalogue_of_problems():
    names = set()
    for path in tree.cpp_files():
        if tree.under(path, "libs/http/src") and not path.name.endswith("_test.cpp"):
            names |= {match.group(1) for _, match in tree.lines_matching(path, r'\{"([a-z0-9-]+)",\s*(?:ErrorCode::)?k[A-Z]\w+,')}
    return names


class Problems(unittest.TestCase):
    def test_every_problem_is_in_the_catalogue(self):
        known = catalogue_of_problems()
        self.assertTrue(known, "the catalogue in libs/http/src is empty")
        wrong = []
        for path in tree.cpp_files():
            if path.name.endswith("_test.cpp") or not tree.under(path, "libs", "services"):
                continue
            for line, match in tree.lines_matching(path, PROBLEM_USED):
                if match.group(1) not in known:
                    wrong.append(f"{path}:{line}: {match.group(1)}")
        self.assertEqual([], wrong)

    def test_the_front_door_uses_catalogued_problems(self):
        template = tree.text("docker/nginx/rescue.conf.template")
        wrong = set(re.findall(r"urn:rescue:problem:([a-z-]+)", template)) - catalogue_of_problems()
        self.assertEqual(set(), wrong)


class Words(unittest.TestCase):
    def test_no_paths_of_a_machine_and_no_registry_hosts(self):
        pattern = r"/work/|/farm/|/root/\.(?:cargo|pyenv|cache|npm|config)|\bdeb\.debian\.org|registry\.npmjs|pypi\.org|proxy\.golang|crates\.io"
        wrong = []
        for path in tree.files():
            if path.parts[:2] == ("tests", "style") or tree.text(path) is None:
                continue
            wrong += [f"{path}:{line}: {match.group(0)}" for line, match in tree.lines_matching(path, pattern)]
        self.assertEqual([], wrong)

    def test_nothing_is_left_for_later(self):
        pattern = r"\b(TODO|FIXME|XXX|HACK)\b"
        wrong = [f"{path}:{line}" for path in tree.files(".cpp", ".hpp", ".py", ".sh", ".md", ".txt", ".sql")
                 if path.parts[:2] != ("tests", "style") for line, _ in tree.lines_matching(path, pattern)]
        self.assertEqual([], wrong)

    def test_tests_wait_for_states_and_do_not_sleep(self):
        pattern = r"\bsleep_for\b|\busleep\(|\bnanosleep\(|time\.sleep\(|^\s*sleep [0-9]"
        wrong = []
        for path in tree.files(".cpp", ".hpp", ".py", ".sh"):
            is_test = path.name.endswith("_test.cpp") or tree.under(path, "tests")
            # The range plays a person at a keyboard: there the time that passes is what is recorded.
            if is_test and not tree.under(path, "tests/style", "tests/range") and str(path) not in PASSING_TIME_IS_ITS_JOB:
                rows = tree.text(path).splitlines()
                wrong += [f"{path}:{line}" for line, _ in tree.lines_matching(path, pattern)
                          # A pause inside a loop that asks for a state is a wait, not a hope.
                          if not any(re.search(r"\b(while|for) ?\(", row) for row in rows[max(0, line - 3):line])]
        self.assertEqual([], wrong)

    def test_files_are_named_in_snake_case(self):
        wrong = [str(path) for path in tree.files(".cpp", ".hpp", ".py")
                 if not re.fullmatch(r"[a-z0-9_]+(\.example)?", path.stem) or re.search(r"util|helper|manager", path.stem)]
        self.assertEqual([], wrong)


class Sizes(unittest.TestCase):
    def test_files_are_one_thing_each(self):
        wrong = []
        for path in tree.files(".cpp", ".hpp", ".py"):
            length = (tree.text(path) or "").count("\n")
            if length > LINES_MAX and not path.name.endswith("_test.cpp"):
                wrong.append(f"{path}: {length} lines")
        self.assertEqual([], wrong)

    def test_functions_fit_on_a_screen_or_say_why(self):
        """A function is what stands between a line ending in `{` and the next `}` in the same column. Longer ones carry
        `// long:` and a reason."""
        wrong = []
        for path in tree.cpp_files():
            wrong += [f"{path}:{start}: {length} lines" for start, length in long_functions((tree.text(path) or "").splitlines())]
        self.assertEqual([], wrong)


def long_functions(lines):
    begun = None
    for number, line in enumerate(lines, 1):
        if re.match(r"^[A-Za-z:~].*\)[^;]*\{$", line) and not line.startswith(("namespace", "struct", "class", "enum", "extern")):
            begun = number
        elif line.startswith("}") and begun:
            body = lines[begun - 1:number]
            if number - begun > FUNCTION_LINES_MAX and not any("// long:" in inner for inner in body):
                yield begun, number - begun
            begun = None


class Documents(unittest.TestCase):
    def test_json_files_parse(self):
        for path in tree.files(".json"):
            with self.subTest(str(path)):
                json.loads(tree.text(path))

    def test_links_lead_somewhere(self):
        wrong = []
        for path in tree.files(".md"):
            # Code is no link.
            content = re.sub(r"```.*?```|`[^`\n]*`", "", tree.text(path), flags=re.DOTALL)
            for target in re.findall(r"\]\(([^)\s]+)\)", content):
                if re.match(r"[a-z]+:|#", target):
                    continue
                if not (tree.ROOT / path).parent.joinpath(target.split("#")[0]).exists():
                    wrong.append(f"{path}: {target}")
        self.assertEqual([], wrong)

    def test_every_metric_is_documented_and_every_documented_one_exists(self):
        made = set()
        for path in tree.cpp_files():
            if path.parts[0] in ("libs", "services") and not re.search(r"_test\.cpp|testing", str(path)):
                made |= {match.group(1) for _, match in tree.lines_matching(path, r'"(rescue_[a-z_]+)"')}
        documented = set(re.findall(r"`(rescue_[a-z_]+)`", tree.text("docs/operations.md")))
        self.assertEqual(made, documented)

    def test_every_library_and_service_says_what_it_is(self):
        parts = {path.parts[:2] for path in tree.cpp_files() if path.parts[0] in ("libs", "services")}
        wrong = ["/".join(part) for part in sorted(parts) if not tree.ROOT.joinpath(*part, "README.md").exists()]
        self.assertEqual([], wrong)

    def test_every_proof_is_a_program_that_says_what_it_shows(self):
        proofs = [path for path in tree.files() if path.parts[:2] == ("tests", "prove") and len(path.parts) == 3
                  and path.suffix == ""]
        self.assertTrue(proofs)
        for path in proofs:
            with self.subTest(str(path)):
                lines = tree.text(path).splitlines()
                self.assertTrue(os.access(tree.ROOT / path, os.X_OK))
                self.assertTrue(lines[0].startswith("#!"))
                self.assertRegex(lines[1], r"^# \S")

    def test_readme_and_contributing_name_targets_that_exist(self):
        makefile = tree.text("Makefile")
        targets = set(re.findall(r"^([a-z][a-z-]*):", makefile, re.MULTILINE))
        targets |= {f"prove-{path.name}" for path in tree.files() if path.parts[:2] == ("tests", "prove")}
        for path in ("README.md", "CONTRIBUTING.md", "ARCHITECTURE.md"):
            named = set(re.findall(r"`make ([a-z][a-z-]*)", tree.text(path)))
            self.assertEqual(set(), named - targets, path)


if __name__ == "__main__":
    unittest.main()
