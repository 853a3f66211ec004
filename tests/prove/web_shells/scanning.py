"""What the probe flags: folders of it, as many files at a time as the document lists findings of a rule."""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile

BATCH = 400
INFO = "info"


def scan(probe, folder, work, jobs):
    """(the document, the stats) of one folder."""
    out, stats = work / "out.json", work / "stats.json"
    subprocess.run([probe, "scan", folder, "--out", out, "--stats", stats, "--jobs", str(jobs)], check=True)
    return json.loads(out.read_text()), json.loads(stats.read_text())


def rules_of(document):
    """Path → the rules above info that it breaks."""
    found = {}
    for finding in document["findings"]:
        if finding["severity"] != INFO:
            found.setdefault(finding["path"], []).append(finding["rule"])
    return found


def flagged(probe, files, jobs=2):
    """Of files, as a map from a name to a path: those flagged and by which rules. Copies are read; none is executable."""
    found = {}
    names = sorted(files)
    with tempfile.TemporaryDirectory() as work:
        for start in range(0, len(names), BATCH):
            folder = pathlib.Path(work, "batch")
            folder.mkdir()
            for name in names[start:start + BATCH]:
                shutil.copyfile(files[name], folder / (name + pathlib.Path(files[name]).suffix), follow_symlinks=False)
            document, _ = scan(probe, folder, pathlib.Path(work), jobs)
            for path, rules in rules_of(document).items():
                found[os.path.splitext(path[1:])[0]] = rules
            shutil.rmtree(folder)
    return found
