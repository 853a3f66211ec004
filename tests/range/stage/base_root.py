"""The untouched Debian 12 root that every run lays its overlay on. Built once, then kept in the cache."""

import hashlib
import os
import pathlib
import shutil
import subprocess

PACKAGES = (
    "openssh-server,rsyslog,cron,logrotate,apache2,libapache2-mod-php,sudo,tzdata,procps,wget,netbase"
)
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"


def get(packages: str = PACKAGES) -> pathlib.Path:
    """The directory of a root with these packages; read-only for the caller."""
    cache = pathlib.Path(os.environ.get("RESCUE_CACHE", pathlib.Path.home() / ".cache" / "rescue"))
    root = cache / f"range-root-{hashlib.sha256(packages.encode()).hexdigest()[:12]}"
    if not root.exists():
        cache.mkdir(parents=True, exist_ok=True)
        _build(root, packages)
    return root


def _build(root: pathlib.Path, packages: str) -> None:
    print("building the Debian 12 root (once, about half a minute) ...", flush=True)
    unfinished = root.with_name(f"{root.name}.{os.getpid()}.new")
    shutil.rmtree(unfinished, ignore_errors=True)
    # Within `inside` there is no network; this file leads to the one outside.
    outside = pathlib.Path("/media/network-outside")
    there = ["nsenter", f"--net={outside}"] if os.environ.get("RESCUE_RANGE") == "inside" else []
    subprocess.run(
        [*there, "mmdebstrap", "--quiet", "--mode=root", "--variant=minbase", f"--include={packages}",
         "--aptopt=Acquire::Languages \"none\"", "bookworm", str(unfinished), "-"],
        input=_sources(), text=True, check=True, timeout=900)
    # Where this copy came from and which keys it made while installing are no part of the host.
    for name in ("etc/apt/sources.list", "etc/apt/apt.conf.d/99mmdebstrap", "etc/resolv.conf", "etc/hostname"):
        (unfinished / name).unlink(missing_ok=True)
    for key in (unfinished / "etc/ssh").glob("ssh_host_*"):
        key.unlink()
    try:
        unfinished.rename(root)
    except OSError:
        # Another run was faster; its root is as good as ours.
        shutil.rmtree(unfinished)
        if not root.exists():
            raise


def _sources() -> str:
    """Debian 12's package sources as this machine's apt knows them."""
    listing = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(ORIGIN)|$(REPO_URI)|$(RELEASE)|$(COMPONENT)",
         "Created-By: Packages"], capture_output=True, text=True, check=True).stdout
    lines = set()
    for row in listing.splitlines():
        origin, uri, release, component = row.split("|")
        if origin == "Debian" and release.startswith("bookworm"):
            lines.add(f"deb [signed-by={KEYRING}] {uri} {release} {component}")
    return "\n".join(sorted(lines)) + "\n"
