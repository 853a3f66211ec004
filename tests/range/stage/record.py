"""Writes the part of the host's disk that an investigation reads, as it lies there."""

import pathlib
import subprocess

PATHS = [
    "etc", "home", "root", "opt", "srv", "usr/local", "usr/lib/os-release", "usr/share/zoneinfo/Asia/Tokyo", "tmp",
    "var/backups", "var/lib/dpkg", "var/lib/logrotate", "var/lib/redis", "var/log", "var/spool/cron", "var/spool/postfix", "var/tmp",
    "var/www",
]
# Private keys stay where they were made; moduli is half a megabyte that no investigation reads.
LEFT_OUT = ["etc/ssh/ssh_host_*_key", "etc/ssh/moduli", "etc/ssl/private/*", "etc/apt/sources.list*", "var/lib/dpkg/info/*.postinst",
            "var/lib/dpkg/info/*.preinst", "var/lib/dpkg/info/*.prerm", "var/lib/dpkg/info/*.postrm",
            "var/lib/dpkg/info/*.templates", "var/lib/dpkg/info/*.shlibs", "var/lib/dpkg/info/*.symbols",
            "var/lib/dpkg/info/*.triggers", "var/lib/dpkg/info/*.config", "var/lib/dpkg/available*", "var/lib/dpkg/*-old",
            "var/lib/dpkg/lock*", "var/lib/dpkg/triggers/*", "etc/ssl/certs/*",
            *[f"var/spool/postfix/{part}" for part in ("dev", "etc", "lib", "pid", "private", "public", "usr")]]


def write(host, archive: pathlib.Path) -> None:
    """Keeps modes, numeric owners, symlinks and mtimes (to the nanosecond); `archive` appears whole or not at all."""
    present = [path for path in PATHS if (host.root / path).exists()]
    # Folders above them, for their modes: without an entry they would get whatever the reader's umask gives.
    above = sorted({str(parent) for path in present for parent in pathlib.PurePath(path).parents} - {"."})
    part = archive.with_name(f"{archive.name}.part")
    subprocess.run(
        ["tar", "--create", f"--file={part}", "--use-compress-program=zstd -19 -q", f"--directory={host.root}",
         "--format=pax", "--pax-option=delete=atime,delete=ctime,exthdr.name=%d/PaxHeaders/%f", "--numeric-owner",
         "--sort=name", "--anchored", *[f"--exclude={path}" for path in LEFT_OUT],
         "--no-recursion", *above, "--recursion", *present],
        check=True, timeout=300)
    part.rename(archive)
