"""A server's disk laid out to harm whoever reads it, and the gap that each trap must become."""
import binascii
import bz2
import gzip
import lzma
import os
import socket
import stat
import struct
import subprocess
import zipfile

CANARY = "canary-outside-the-root"
# 256 MiB of output are free whatever the ratio; a bomb is what goes on after that.
BOMB_BYTES = 400 << 20
SHRINKS = "var/log/nginx/access.log"
KILLS = "var/log/apache2/access.log"
# Not to be compared with before: they change while they are read, by our own doing.
GROWS = "var/log/nginx/growing.access.log"
SWAPPED = "var/www/html/swapped"
NESTED_LEVELS = 4200
SHELL = b"<?php system($_GET['c']);"
SSHD = "2026-09-13T02:00:00Z h sshd[9]: Failed password for invalid user x from 203.0.113.1 port 22 ssh2\n"
ACCESS = '203.0.113.9 - - [13/Sep/2026:02:00:00 +0000] "GET / HTTP/1.1" 200 12 "-" "curl/7"\n'


def write(root, path, content):
    full = os.path.join(root, path) if isinstance(path, str) else os.path.join(os.fsencode(root), path)
    os.makedirs(os.path.dirname(full), exist_ok=True)
    with open(full, "wb") as file:
        file.write(content.encode() if isinstance(content, str) else content)
    return full


def pieces():
    block = b"A" * (1 << 20)
    return (block for _ in range(BOMB_BYTES // len(block)))


def bomb(compressor):
    return b"".join(compressor.compress(piece) for piece in pieces()) + compressor.flush()


def gzip_bomb():
    # Members are read one after the other: one that is compressed once is enough.
    member = gzip.compress(b"A" * (32 << 20), mtime=0)
    return member * (BOMB_BYTES // (32 << 20))


def zip_bomb(path):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("auth.log", b"A" * (64 << 20))


def greedy_xz():
    """A sound file but for its dictionary, said to be 1 GiB (.xz format 1.1.0, block header; LZMA2's size is (2 | b & 1) << (b / 2 + 11))."""
    data = bytearray(lzma.compress(SSHD.encode() * 10, preset=0))
    start, size = 12, (data[12] + 1) * 4
    assert data[start + 2] == 0x21 and data[start + 3] == 1
    data[start + 4] = 36
    data[start + size - 4:start + size] = struct.pack("<I", binascii.crc32(data[start:start + size - 4]))
    return bytes(data)


def logs(root):
    write(root, "var/log/auth.log", SSHD * 50 + "\xff\xfe broken \xc3( utf-8\n")
    write(root, "var/log/auth.log.1.gz", gzip_bomb())
    write(root, "var/log/auth.log.2.xz", bomb(lzma.LZMACompressor(preset=0)))
    zstd = subprocess.Popen(["zstd", "-q", "-1", "-c"], stdin=subprocess.PIPE, stdout=open(os.path.join(root, "var/log/auth.log.3.zst"), "wb"))
    for piece in pieces():
        zstd.stdin.write(piece)
    zstd.stdin.close()
    zstd.wait()
    write(root, "var/log/auth.log.4.bz2", bomb(bz2.BZ2Compressor(1)))
    write(root, "var/log/auth.log.5.xz", greedy_xz())
    write(root, "var/log/auth.log.6.gz", gzip.compress(SSHD.encode() * 1000, mtime=0)[:-40])
    zip_bomb(os.path.join(root, "var/log/messages.1"))
    write(root, "var/log/messages", "2026-09-13T02:00:00Z h p: start\n" + "x" * (50 << 20) + "\n2026-09-13T02:00:01Z h p: end\n")
    sparse = write(root, "var/log/syslog", "2026-09-13T02:00:00Z h p: m\n")
    os.truncate(sparse, 4 << 30)
    os.symlink("secure", os.path.join(root, "var/log/secure"))
    os.mkfifo(os.path.join(root, "var/log/cron"))
    os.mkdir(os.path.join(root, "var/log/wtmp"))
    os.mknod(os.path.join(root, "var/log/btmp"), stat.S_IFCHR | 0o600, os.makedev(1, 5))  # /dev/zero
    write(root, "var/log/cron.log.1.gz", gzip.compress(b"2026-09-13T02:00:00Z h p: m\n", mtime=0) * 100_000)
    write(root, "var/log/cron.log.2.gz", gzip.compress(gzip.compress(gzip.compress(b"2026-09-13T02:00:00Z h p: m\n"))))
    write(root, "var/log/mail.log", "2026-09-13T02:00:00Z h p: " + "z" * (100 << 20) + "\n")
    write(root, GROWS, ACCESS * 100_000)
    for path in (SHRINKS, KILLS):
        write(root, path, ACCESS * 3_000_000)


def web(root, outside, entries):
    top = os.path.join(root, "var/www/html")
    os.makedirs(os.path.join(top, "a"))
    os.symlink("..", os.path.join(top, "a/loop"))
    os.symlink("/", os.path.join(top, "a/all"))
    os.symlink(outside, os.path.join(top, "a/outside"))
    os.symlink(os.path.join(outside, "secret"), os.path.join(top, "secret.php"))
    os.mkfifo(os.path.join(top, "pipe.php"))
    name = write(root, b"var/www/html/n\n\x1b[31m\xff.php", SHELL)
    for i in range(1000):
        os.link(name, os.path.join(top, f"a/linked{i}.php"))
    os.makedirs(top + "/d" * 60)
    os.makedirs(os.path.join(root, SWAPPED))
    write(root, SWAPPED + "/inside.php", "<?php echo 1;")
    write(root, "var/www/html/deep.php", "<?php $_GET; " + "((" * 400_000 + "eval($_POST[1])")
    write(root, "var/www/html/huge.php", b"<?php " + b"/" * (6 << 20) + SHELL)
    os.makedirs(top + "/many")
    folder = os.open(top + "/many", os.O_RDONLY)
    for i in range(entries):
        os.mknod(f"{i:07}.php", stat.S_IFREG | 0o644, dir_fd=folder)
    os.close(folder)


def deeper(root):
    """Folders of the longest names, more levels than a path can name: made from folder to folder."""
    here = os.open(os.path.join(root, "var/www/html"), os.O_RDONLY | os.O_DIRECTORY)
    for _ in range(NESTED_LEVELS):
        os.mkdir("n" * 255, dir_fd=here)
        below = os.open("n" * 255, os.O_RDONLY | os.O_DIRECTORY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)


def settings(root):
    os.makedirs(os.path.join(root, "etc/cron.d"))
    os.mknod(os.path.join(root, "etc/cron.d/zero"), stat.S_IFCHR | 0o600, os.makedev(1, 5))
    os.makedirs(os.path.join(root, "etc/sudoers.d"))
    with socket.socket(socket.AF_UNIX) as server:
        # A path of a socket has 108 bytes at most.
        folder = os.open(os.path.join(root, "etc/sudoers.d"), os.O_RDONLY)
        server.bind(f"/proc/self/fd/{folder}/talk")
        os.close(folder)
    write(root, "var/spool/cron/crontabs/u", "* * * * * :\n" * 10_000_000)
    write(root, "home/v/.ssh/authorized_keys", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKeTe2S4yqWPA3IbtrrPXHjLI1/r4OcLG4TNmVQUYaCO x\n" * 1_000_000)
    os.makedirs(os.path.join(root, "home/w/.ssh"))
    os.mknod(os.path.join(root, "home/w/.ssh/authorized_keys"), stat.S_IFBLK | 0o600, os.makedev(7, 250))
    write(root, "etc/docker/daemon.json", '{"a":' * 900_000)
    write(root, "srv/app/docker-compose.yml", "".join(" " * n + "a:\n" for n in range(4000)))
    write(root, "var/lib/dpkg/status", "Package: long\nStatus: install ok installed\nVersion: 1\nDescription: " + "x" * (80 << 20) + "\n\n")
    write(root, "var/lib/dpkg/info/long.list", "/." + "y" * (80 << 20) + "\n")
    write(root, "var/lib/dpkg/info/long.md5sums", "0" * (80 << 20) + "  usr/bin/long\n")


def lay_out(root, outside, entries):
    write(outside, "secret", f"{SSHD}{CANARY}\n<?php system($_GET['{CANARY}']);")
    write(root, "etc/passwd", "root:x:0:0:root:/root:/bin/bash\n" + "".join(f"{n}:x:{i}:{i}::/home/{n}:/bin/sh\n" for i, n in enumerate("uvw", 1000)))
    os.makedirs(os.path.join(root, "home/u"))
    os.symlink(outside, os.path.join(root, "home/u/.ssh"))
    write(root, "etc/ssh/sshd_config", "Include /etc/ssh/sshd_config\nInclude /etc/ssh/*\n")
    os.mkfifo(os.path.join(root, "etc/crontab"))
    os.symlink(os.path.join(outside, "secret"), os.path.join(root, "etc/anacrontab"))
    os.makedirs(os.path.join(root, "var/log"))
    logs(root)
    settings(root)
    web(root, outside, entries)
    deeper(root)


# Each trap: the path of its gap, and what its reason says.
GAPS = [
    ("/etc/crontab", "not a regular file"),
    ("/etc/cron.d/zero", "not a regular file"),
    ("/var/spool/cron/crontabs/u", "larger than it can be"),
    ("/home/v/.ssh/authorized_keys", "larger than it can be"),
    ("/home/w/.ssh/authorized_keys", "not a regular file"),
    ("/etc/docker/daemon.json", "larger than it can be"),
    ("/srv/app/docker-compose.yml", "larger than it can be"),
    ("/var/lib/dpkg/status", ""),
    ("/var/lib/dpkg/info/long.list", ""),
    ("/var/lib/dpkg/info/long.md5sums", ""),
    ("/var/log/cron.log.2.gz", "the last line is cut off"),
    ("/var/log/mail.log", "longer than the limit"),
    (("/var/www/html" + ("/" + "n" * 255) * 10)[:2000] + "…", ""),  # by openat2 longer than a path can be, by a walk deeper than the limit
    ("/var/log/auth.log.1.gz", "beyond the limit"),
    ("/var/log/auth.log.2.xz", "beyond the limit"),
    ("/var/log/auth.log.3.zst", "beyond the limit"),
    ("/var/log/auth.log.4.bz2", "beyond the limit"),
    ("/var/log/auth.log.5.xz", "more memory than the limit"),
    ("/var/log/auth.log.6.gz", "ends too early"),
    ("/var/log/auth.log", "not of this log's form"),
    ("/var/log/messages.1", "not of this log's form"),
    ("/var/log/messages", "longer than the limit"),
    ("/var/log/syslog", "holes"),
    ("/var/log/secure", "a link"),
    ("/var/log/cron", "not a regular file"),
    ("/var/log/wtmp", "not a regular file"),
    ("/var/log/btmp", "not a regular file"),
    ("/" + SHRINKS, "became shorter"),
    ("/var/www/html/many", "more entries than the limit"),
    ("/var/www/html" + "/d" * 49, "deeper than the limit"),
    ("/var/www/html/deep.php", "too deep"),
    ("/var/www/html/huge.php", "only the beginning"),
]
