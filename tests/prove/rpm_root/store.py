"""Editing the data base of packages as an intruder would, and writing it in rpm's other forms."""
import hashlib
import shutil
import sqlite3
import struct
import subprocess

RSA_HEADER, SHA1_HEADER, SHA256_HEADER, NAME, FILE_MODES = 268, 269, 273, 1000, 1030
MAGIC = bytes.fromhex("8eade80100000000")


class Header:
    """One package's record: an index of (tag, type, offset, count) and a store."""

    def __init__(self, blob):
        count, size = struct.unpack(">II", blob[:8])
        self.entries = [struct.unpack(">IIII", blob[8 + 16 * i:24 + 16 * i]) for i in range(count)]
        self.store = bytearray(blob[8 + 16 * count:8 + 16 * count + size])

    def blob(self):
        index = b"".join(struct.pack(">IIII", *entry) for entry in self.entries)
        return struct.pack(">II", len(self.entries), len(self.store)) + index + bytes(self.store)

    def region(self):
        """(how many entries, how many bytes) the builder's digest covers."""
        end = self.entries[0][2]
        return -struct.unpack(">i", self.store[end + 8:end + 12])[0] // 16, end + 16

    def digest(self, how):
        count, size = self.region()
        index = b"".join(struct.pack(">IIII", *entry) for entry in self.entries[:count])
        return how(MAGIC + struct.pack(">II", count, size) + index + self.store[:size]).hexdigest()

    def text(self, tag):
        offset = next(entry[2] for entry in self.entries if entry[0] == tag)
        return self.store[offset:self.store.index(0, offset)].decode()

    def replace(self, old, new):
        at = self.store.index(old.encode())
        self.store[at:at + len(old)] = new.encode()

    def rename(self, old, new):
        """Another package, of another vendor, with the same files; names are of one length."""
        offset = next(entry[2] for entry in self.entries if entry[0] == NAME)
        self.store[offset:offset + len(old)] = new.encode()
        self.replace("Example Packages", "Example Software")

    def drop(self, tag):
        self.entries = [entry for entry in self.entries if entry[0] != tag]

    def again(self, tag, change):
        """Puts the values of a tag behind the builder's part once more, changed; these count from then on."""
        _, kind, offset, count = next(entry for entry in self.entries if entry[0] == tag)
        while len(self.store) % 4:
            self.store.append(0)
        self.entries.append((tag, kind, len(self.store), count))
        self.store += change(bytes(self.store[offset:offset + 2 * count]))


class Records:
    """rpmdb.sqlite, opened for editing. What is committed stays in the log beside it until close()."""

    def __init__(self, root):
        self.path = root / "var/lib/rpm/rpmdb.sqlite"
        self.base = sqlite3.connect(self.path)
        self.base.execute("pragma journal_mode=wal")
        self.base.execute("pragma wal_autocheckpoint=0")

    def number(self, name):
        return self.base.execute("select hnum from Name where key=?", (name,)).fetchone()[0]

    def header(self, name):
        return Header(self.base.execute("select blob from Packages where hnum=?", (self.number(name),)).fetchone()[0])

    def put(self, name, header):
        self.base.execute("update Packages set blob=? where hnum=?", (header.blob(), self.number(name)))
        self.base.commit()

    def add(self, name, header):
        at = self.base.execute("insert into Packages (blob) values (?)", (header.blob(),)).lastrowid
        self.base.execute("insert into Name values (?, ?, 0)", (name, at))
        self.base.execute("insert into Sha1header values (?, ?, 0)", (header.text(SHA1_HEADER), at))

    def copy_with_log(self, target):
        """As it lies there while rpm is still at work: the data base of before, and the log."""
        for ending in ("", "-wal"):
            shutil.copy2(str(self.path) + ending, str(target / "var/lib/rpm/rpmdb.sqlite") + ending)


def edit(root, step, records=None):
    """A step of plants.json whose `do` begins with "record_". Gives the data base, still open."""
    records = records or Records(root)
    name, path = step["package"], root / step["path"].lstrip("/")
    header = records.header(name)
    if step["do"] == "record_gone":
        records.base.execute("delete from Packages where hnum=?", (records.number(name),))
    elif step["do"] == "record_mode":
        header.again(FILE_MODES, lambda modes: struct.pack(">H", 0o104755) * (len(modes) // 2))
    else:
        new = hashlib.new(step["hash"], path.read_bytes()).hexdigest()
        header.replace(step["was"], new)
        if step["do"] == "record_claim":
            header.rename(name, "cover1")
        if step["do"] != "record_digest":
            for tag, how in ((SHA1_HEADER, hashlib.sha1), (SHA256_HEADER, hashlib.sha256)):
                header.replace(header.text(tag), header.digest(how))
        if step["do"] in ("record_anew", "record_unsigned"):
            records.base.execute("update Sha1header set key=? where hnum=?", (header.text(SHA1_HEADER), records.number(name)))
        if step["do"] in ("record_unsigned", "record_claim"):
            header.drop(RSA_HEADER)
    if step["do"] == "record_claim":
        records.add("cover1", header)
    elif step["do"] != "record_gone":
        records.put(name, header)
    records.base.commit()
    return records


def rows(root):
    base = sqlite3.connect(f"file:{root}/var/lib/rpm/rpmdb.sqlite?mode=ro", uri=True)
    found = base.execute("select hnum, blob from Packages").fetchall(), base.execute("select key, hnum, idx from Name").fetchall()
    base.close()
    return found


def load(path, kind, order, pairs):
    lines = ["VERSION=3", "format=bytevalue", f"type={kind}", f"db_lorder={order}", "db_pagesize=4096", "HEADER=END"]
    for key, value in pairs:
        lines += [" " + key.hex(), " " + value.hex()]
    subprocess.run(["db_load", path], input="\n".join([*lines, "DATA=END"]) + "\n", text=True, check=True)


def to_berkeley(root, order):
    """The same packages as rpm kept them before SQLite: a hash of records, a tree of names."""
    packages, names = rows(root)
    word = ("<" if order == 1234 else ">") + "I"
    folder = root / "var/lib/rpm"
    for path in folder.glob("rpmdb.sqlite*"):
        path.unlink()
    load(folder / "Packages", "hash", order, [(struct.pack(word, 0), struct.pack(word, len(packages))),
                                              *((struct.pack(word, number), blob) for number, blob in packages)])
    load(folder / "Name", "btree", order, [(key.encode(), struct.pack(word, number) + struct.pack(word, at))
                                           for key, number, at in sorted(names)])
