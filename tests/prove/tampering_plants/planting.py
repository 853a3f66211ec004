"""Two overlays on one root, and what is laid into them. Nothing here runs: look-alike programs are copies of `true`."""
import base64
import datetime
import hashlib
import os
import pathlib
import shutil
import struct
import subprocess
import tempfile
import time

from waiting import wait_for

WTMP = struct.Struct("<hxxi32s4s32s256shhiii16s20x")
USER_PROCESS = 7
INSTALLED_BEFORE_S = 120


class Twins:
    """Overlays over `lower`, in memory; gone at the end."""

    def __init__(self, lower):
        self.lower = lower
        self.work = pathlib.Path(tempfile.mkdtemp(prefix="rescue-twins-"))
        self.mounts = []

    def __enter__(self):
        self._mount(["-t", "tmpfs", "-o", "size=1g,mode=0755", "none", self.work], self.work)
        return self

    def __exit__(self, *_):
        for mount in reversed(self.mounts):
            subprocess.run(["umount", mount], check=True)
        self.work.rmdir()

    def root(self, name):
        return self._overlay(name, [self.lower])

    def copy_of(self, name):
        """The same again, to be written to."""
        return self._overlay(f"{name}-copy", [self.work / name / "upper", self.lower])

    def _overlay(self, name, lowers):
        place = self.work / name
        for part in ("upper", "inner", "root"):
            (place / part).mkdir(parents=True)
        below = ":".join(str(lower) for lower in lowers)
        self._mount(["-t", "overlay", "none", "-o", f"lowerdir={below},upperdir={place}/upper,workdir={place}/inner",
                     place / "root"], place / "root")
        return place / "root"

    def _mount(self, arguments, where):
        subprocess.run(["mount", *arguments], check=True)
        self.mounts.append(where)


def wait_until_old(root):
    """An intruder comes a while after the installation: a root that was built just now is waited for."""
    installed = max(path.stat().st_ctime for path in (root / "var/lib/dpkg/info").glob("*.list"))
    wait_for("an installation that lies back", lambda: time.time() > installed + INSTALLED_BEFORE_S,
             timeout_s=2 * INSTALLED_BEFORE_S)


def paths(plants):
    """Every path that plants touch, and what their findings are about."""
    return {path for plant in plants for path in (*(step["path"] for step in plant["steps"]), plant["finding"]["path"])}


def apply(root, steps):
    for step in steps:
        place = root / step["path"].lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        STEPS[step["do"]](root, place, step)


def set_mode(place, step):
    if "mode" in step:
        place.chmod(int(step["mode"], 8))


def write(_, place, step):
    place.write_text(step["text"])
    set_mode(place, step)


def write_bytes(_, place, step):
    place.write_bytes(base64.b64decode(step["base64"]))
    set_mode(place, step)


def append(_, place, step):
    with open(place, "a", encoding="utf-8") as file:
        file.write(step["text"])


def owner(root, place, step):
    """To an account of that root's own."""
    uid = next(int(line.split(":")[2]) for line in (root / "etc/passwd").read_text().splitlines() if line.startswith(step["account"] + ":"))
    os.chown(place, uid, -1)


def prepend(_, place, step):
    place.write_text(step["text"] + place.read_text())


def copy(root, place, step):
    shutil.copyfile(root / step["from"].lstrip("/"), place)
    set_mode(place, step)


def flip(_, place, __):
    """One byte is changed; size and times stay."""
    before = place.stat()
    content = bytearray(place.read_bytes())
    content[-1] ^= 1
    place.write_bytes(content)
    os.utime(place, ns=(before.st_atime_ns, before.st_mtime_ns))


def record_of(root, step):
    return root / "var/lib/dpkg/info" / f"{step['package']}.md5sums", f"  {step['path'].lstrip('/')}\n"


def checksum(root, place, step):
    """The line of its package's checksums says what it is now."""
    record, ending = record_of(root, step)
    before = record.stat()
    # Packages of the time before /usr was merged name /bin/ps.
    endings = (ending, ending.replace("  usr/", "  "))
    lines = record.read_text().splitlines(keepends=True)
    changed = [hashlib.md5(place.read_bytes()).hexdigest() + line[32:] if line[32:] in endings else line for line in lines]
    if changed == lines:
        raise ValueError(f"{record} has no line of {step['path']}")
    record.write_text("".join(changed))
    if step["keep_time"]:
        os.utime(record, ns=(before.st_atime_ns, before.st_mtime_ns))


def uncheck(root, _, step):
    record, ending = record_of(root, step)
    before = record.stat()
    lines = record.read_text().splitlines(keepends=True)
    record.write_text("".join(line for line in lines if line[32:] not in (ending, ending.replace("  usr/", "  "))))
    os.utime(record, ns=(before.st_atime_ns, before.st_mtime_ns))


def status_checksum(root, place, step):
    """The same for a setting, whose checksum stands in the status of all packages."""
    status = root / "var/lib/dpkg/status"
    lines = status.read_text().splitlines(keepends=True)
    digest = hashlib.md5(place.read_bytes()).hexdigest()
    changed = [f" {step['path']} {digest}\n" if line.startswith(f" {step['path']} ") else line for line in lines]
    if changed == lines:
        raise ValueError(f"the status has no checksum of {step['path']}")
    status.write_text("".join(changed))


def zeroed_wtmp(_, place, __):
    """Six log-ins, the third and fourth zeroed."""
    records = [WTMP.pack(USER_PROCESS, 900 + i, b"pts/0", b"ts/0", b"deploy", b"192.0.2.10", 0, 0, 0, 1789000000 + 600 * i, 0, b"")
               for i in range(6)]
    records[2] = records[3] = bytes(WTMP.size)
    place.write_bytes(b"".join(records))


def set_time(_, place, step):
    moment = datetime.datetime.fromisoformat(step["at"].replace("Z", "+00:00")).timestamp()
    os.utime(place, (moment, moment))


def link(_, place, step):
    place.unlink(missing_ok=True)
    place.symlink_to(step["to"])


STEPS = {
    "write": write, "write_bytes": write_bytes, "append": append, "prepend": prepend, "copy": copy, "flip": flip,
    "checksum": checksum, "uncheck": uncheck, "status_checksum": status_checksum, "zeroed_wtmp": zeroed_wtmp, "time": set_time, "link": link,
    "mode": lambda _, place, step: set_mode(place, step),
    "owner": owner, "remove": lambda _, place, __: place.unlink(),
    "capability": lambda _, place, step: subprocess.run(["setcap", step["value"], place], check=True),
}
