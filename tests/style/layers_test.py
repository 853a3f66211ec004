"""ARCHITECTURE.md's picture of the layers against the includes and the link lists."""
import graphlib
import re
import unittest

import tree

# Where each third-party library's headers may be included. Tests may include GoogleTest anywhere.
OWNERS = {
    "pistache/": "http", "httplib.h": ("http", "delivery"), "hiredis/": "queue", "sqlite3.h": "store", "pqxx/": "store", "prometheus/": "telemetry",
    "curl/": "delivery", "gmime/": "complaint", "glib": "complaint", "libssh/": "target",
    "nlohmann/": "base", "tl/": "base", "openssl/": ("base", "http", "evidence", "delivery", "outside"), "zlib.h": "evidence", "bzlib.h": "evidence",
    "yaml-cpp/": ("catalog", "sigma"), "re2/": "sigma", "sodium.h": "seal", "yara.h": "match", "yara/": "match", "lzma.h": "evidence", "lz4.h": "evidence", "zstd.h": "evidence"}
# With these a test makes its own data.
IN_ANY_TEST = ("zlib.h", "bzlib.h", "lzma.h", "lz4.h", "zstd.h")
# Third-party types that a public header may name.
PUBLIC = ("nlohmann/", "tl/")


def picture():
    """{part: layer number} from the block after `<!-- layers -->`; the top line is the highest."""
    block = re.search(r"<!-- layers -->\s*```\w*\n(.*?)```", tree.text("ARCHITECTURE.md"), re.DOTALL).group(1)
    rows = [re.sub(r"\(.*?\)", "", line).split() for line in block.strip().splitlines()]
    return {part: level for level, row in enumerate(reversed(rows)) for part in row[1:]}


def part_of(path):
    """(libs|services, name) of the library or service a file belongs to, or None."""
    return (path.parts[0], path.parts[1]) if len(path.parts) > 2 and path.parts[0] in ("libs", "services") else None


def edges():
    """(file, line, own part, used part) for every include of another library's header and every link list entry."""
    for path in tree.cpp_files():
        for line, match in tree.lines_matching(path, r'^\s*#include\s+["<]rescue/(\w+)/'):
            if own := part_of(path):
                yield path, line, own, match.group(1)
    for path in tree.files(".txt"):
        if path.name == "CMakeLists.txt" and (own := part_of(path)):
            for line, match in tree.lines_matching(path, r"rescue::(\w+)"):
                yield path, line, own, match.group(1)


class Layers(unittest.TestCase):
    def test_picture_names_every_library_and_service(self):
        there = {part_of(path)[1] for path in tree.cpp_files() if part_of(path)}
        self.assertEqual(there, set(picture()))

    def test_dependencies_run_downward(self):
        level = picture()
        wrong = []
        for path, line, (_, own), used in edges():
            if own == used or path.name.endswith("_test.cpp") or (path.suffix == ".txt" and used not in level):
                continue  # link lists also name what only tests link: rescue::queue_testing
            sideways_is_wrong = own in ("http", "queue", "store", "delivery", "outside") or level[own] == max(level.values())
            if level.get(used, 99) > level[own] or (level[used] == level[own] and sideways_is_wrong):
                wrong.append(f"{path}:{line}: {own} → {used}")
        self.assertEqual([], wrong)

    def test_no_cycles(self):
        graph = {}
        for path, _, (_, own), used in edges():
            if own != used and not path.name.endswith("_test.cpp"):
                graph.setdefault(own, set()).add(used)
        list(graphlib.TopologicalSorter(graph).static_order())

    def test_services_do_not_know_each_other(self):
        wrong = [f"{path}:{line}" for path in tree.cpp_files() if tree.under(path, "services")
                 for line, match in tree.lines_matching(path, r'#include\s+"(?:\.\./)*services/(\w+)/|#include\s+"\.\./\.\./')]
        self.assertEqual([], wrong)

    def test_libraries_do_not_reach_into_each_others_sources(self):
        wrong = [f"{path}:{line}" for path in tree.cpp_files() if tree.under(path, "libs")
                 for line, _ in tree.lines_matching(path, r'#include\s+"[^"]*\.\./')]
        self.assertEqual([], wrong)

    def test_third_party_headers_stay_with_their_owner(self):
        wrong = []
        for path in tree.cpp_files():
            own = part_of(path)
            for line, match in tree.lines_matching(path, r'^\s*#include\s+["<]([^">]+)[">]'):
                owners = next((owner for prefix, owner in OWNERS.items() if match.group(1).startswith(prefix)), None)
                if path.name.endswith("_test.cpp") and match.group(1) in IN_ANY_TEST:
                    continue
                if owners and own and own[1] not in ((owners,) if isinstance(owners, str) else owners):
                    wrong.append(f"{path}:{line}: {match.group(1)} belongs to {owners}")
        self.assertEqual([], wrong)

    def test_public_headers_show_no_third_party_types(self):
        wrong = []
        for path in tree.cpp_files():
            if "include" not in path.parts:
                continue
            for line, match in tree.lines_matching(path, r'^\s*#include\s+["<]([^">]+)[">]'):
                if any(match.group(1).startswith(prefix) for prefix in OWNERS if prefix not in PUBLIC):
                    wrong.append(f"{path}:{line}: {match.group(1)}")
        self.assertEqual([], wrong)
