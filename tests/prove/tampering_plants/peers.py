"""What other programs say of the same plants: one counts when the program's output names one of its paths."""
import shutil
import subprocess

import planting

TIME_LIMIT_S = 300
PROGRAMS = ("debsums", "dpkg --verify", "chkrootkit")


def where(name):
    return shutil.which(name.split()[0], path="/usr/sbin:/usr/bin:/sbin:/bin")


def score(name, root, twins, plants):
    """How many plants its output names."""
    if name == "chkrootkit":
        root = twins.copy_of("planted")  # it writes into what it looks at
    arguments = {"debsums": ["debsums", f"--root={root}", "-ca"],
                 "dpkg --verify": ["dpkg", f"--root={root}", "--verify"],
                 "chkrootkit": ["chkrootkit", "-r", str(root)]}[name]
    run = subprocess.run(arguments, capture_output=True, text=True, errors="replace", timeout=TIME_LIMIT_S, check=False,
                         stdin=subprocess.DEVNULL)
    said = [line.replace(str(root), "") for line in (run.stdout + run.stderr).splitlines() if line.strip()]
    return sum(any(names(line, path) for line in said for path in planting.paths([plant])) for plant in plants)


def names(line, path):
    """Whole paths only; chkrootkit says `ls' of /usr/bin/ls."""
    words = line.replace(",", " ").split()
    return path in words or f"{path}:" in words or ("INFECTED" in line.split() and f"`{path.rsplit('/', 1)[1]}'..." in words)
