"""rescue-probe on a root."""
import json
import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[3]
BIN = pathlib.Path(os.environ.get("RESCUE_BIN", ROOT / "build" / "release" / "bin"))
TIME_LIMIT_S = 300


def findings(root, out):
    subprocess.run([BIN / "rescue-probe", "investigate", "--root", root, "--out", out, "--jobs", "2"],
                   check=True, timeout=TIME_LIMIT_S)
    return json.loads(out.read_text())["findings"]
