"""Every commit, publish, receive, acknowledge and answer has its failpoint (rescue/base/failpoint.hpp): one without is found here."""
import collections
import re
import unittest

import tree

# (folder, what marks such a place in the code, failpoints that must stand in the same function)
PLACES = (
    ("libs/store/src", r"connection_?(?:->|\.)commit\(\)", r"store\.(commit|migrate)", ("before", "after")),
    ("libs/queue/src", r'"XADD"', r"queue\.publish", ("before", "after")),
    ("libs/queue/src", r", kPayload\)", r"queue\.receive", ("after",)),
    ("libs/queue/src", r"\{kGroup, kPayload, kSeal,", r"queue\.acknowledge", ("before", "after")),
    ("libs/http/src", r"void Dispatcher::before_answer\(", r"http\.answer", ("before",)),
    ("libs/http/src", r"std::string Dispatcher::wire\(", r"http\.answer", ("after",)),
    ("libs/http/src", r"output_\.clear\(\)", r"http\.answer", ("sent",)),
    ("services/worker", r"= write_new\(", r"evidence\.put", ("before", "after")),
    ("services/worker", r": run\(attempt, ", r"job\.run", ("before", "after")),
    ("services/workflow", r"= carry\(", r"notice\.send", ("before", "after")),
)
# The end of a read makes nothing durable; a restore is no service's, and is run again when it was cut off.
EXEMPT = {"libs/store/src/read_pool.cpp", "libs/store/src/restore.cpp"}
# What moves a message in Redis, or a file to its name, and how often it is written down. A new one: give it a failpoint, and its
# function a line in PLACES, then count it here.
COUNTED = {
    ("libs/queue/src", r"XADD\b"): 2,
    ("libs/queue/src", r"XACK\b"): 1,
    ("libs/queue/src", r"XREADGROUP\b"): 2,
    ("libs/queue/src", r"XAUTOCLAIM\b"): 1,
    ("libs/queue/src", r"\b(?:LPUSH|RPUSH|LMOVE|BLMOVE|ZADD|ZPOPMIN|BZPOPMIN|PUBLISH|XREAD)\b"): 0,
    ("libs/http/src", r"(?:::| )send\(fd"): 1,
    ("services/worker", r"::rename\("): 1,
    ("services/workflow", r"delivery::send_"): 2,
}


def product_files(folder):
    return [path for path in tree.files(".cpp", ".hpp") if tree.under(path, folder) and not re.search(r"_test\.cpp|testing", str(path))]


def functions(path):
    """(first line, text) of the pieces that end with a closing brace at the left, or at the left of a struct's inside."""
    piece, begun = [], 1
    for number, line in enumerate(tree.text(path).splitlines(), 1):
        piece.append(line)
        if re.match(r"^(  )?\}", line):
            yield begun, "\n".join(piece)
            piece, begun = [], number + 1


class Failpoints(unittest.TestCase):
    def test_every_commit_publish_receive_acknowledge_and_answer_has_one(self):
        wrong = []
        for folder, mark, name, sides in PLACES:
            found = 0
            for path in product_files(folder):
                for begun, text in functions(path):
                    if str(path) in EXEMPT or not re.search(mark, text):
                        continue
                    found += 1
                    wrong += [f"{path}:{begun}: {mark} without {name}.{side}" for side in sides
                              if not re.search(rf'failpoint\("{name}\.{side}"\)', text)]
            self.assertTrue(found, f"{folder} has no {mark} any more: name what took its place")
        self.assertEqual([], wrong)

    def test_no_way_to_move_a_message_or_a_file_is_new(self):
        counted = {key: sum(len(re.findall(key[1], tree.text(path))) for path in product_files(key[0])) for key in COUNTED}
        self.assertEqual(COUNTED, counted)

    def test_names_are_unique_and_in_pairs(self):
        names = collections.Counter()
        for path in tree.cpp_files():
            if tree.under(path, "libs", "services"):
                names.update(re.findall(r'failpoint\("([^"]*)"\)', tree.text(path)))
        self.assertEqual([], [name for name, count in names.items() if count > 1 or not re.fullmatch(r"[a-z]+\.[a-z]+\.(before|after|sent)", name)])
        self.assertEqual([], [name for name in names if name.endswith(".before") and name.replace(".before", ".after") not in names])


if __name__ == "__main__":
    unittest.main()
