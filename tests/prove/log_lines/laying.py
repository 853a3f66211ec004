"""Lays the made-up logs on disks of their own: rotated files and the one in use, their times as logrotate leaves them."""
import gzip
import os

MB = 1_000_000
#: Age of each file and its share of the bytes, the oldest first. Older ones are compressed, as logrotate does from the second on.
SHARES = ((3, 0.03), (2, 0.07), (1, 0.45), (0, 0.45))


def rotated(folder, name, pieces, megabytes):
    """Writes `megabytes` (of plain bytes) as `name`.3.gz … `name`. The files, the oldest first, and the plain bytes of all."""
    folder.mkdir(parents=True)
    files, written = [], 0
    for age, share in SHARES:
        path = folder / (name + (f".{age}" if age else "") + (".gz" if age > 1 else ""))
        end, goal = 0.0, written + int(share * megabytes * MB)
        with gzip.GzipFile(path, "wb", 6, mtime=0) if age > 1 else path.open("wb") as out:
            while written < goal:
                piece, end = next(pieces)
                out.write(piece)
                written += len(piece)
        os.utime(path, (end, end))
        files.append(path)
    return files, written


def accounts(root, names):
    etc = root / "etc"
    etc.mkdir(parents=True)
    lines = ["root:x:0:0:root:/root:/bin/bash", "www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin"]
    lines += [f"{name}:x:{1001 + i}:{1001 + i}::/home/{name}:/bin/bash" for i, name in enumerate(names)]
    (etc / "passwd").write_text("\n".join(lines) + "\n")
    (etc / "timezone").write_text("Etc/UTC\n")


def web_folder(root, shell, code, written_at):
    html = root / "var/www/html"
    path = html / shell.lstrip("/")
    path.parent.mkdir(parents=True)
    (html / "index.php").write_text("<?php\ndefine('WP_USE_THEMES', true);\nrequire __DIR__ . '/wp-blog-header.php';\n")
    path.write_bytes(code)
    os.utime(path, (written_at, written_at))
