"""What of public collections counts as a web shell, told by form alone, and which half it belongs to.

Collections hold more than web shells: descriptions, pictures, archives, programs to be compiled, clients that talk to a shell. Each is left
out for a reason that needs no judgement. Copies that differ only in white space count once. The half is told by the file's SHA-256: those
whose last digit is even may be looked at while rules are written, the others are held out.
"""

import collections
import hashlib
import pathlib
import re

LARGEST = 4 << 20
SHORTEST = 12  # bytes that are no white space

CODE = {
    "php": {"php", "php3", "php4", "php5", "php7", "phtml", "pht", "inc", "phps"},
    "asp": {"asp", "asa", "cer", "cdx", "aspx", "ashx", "asmx", "asax", "ascx", "soap"},
    "jsp": {"jsp", "jspx", "jspf", "jspa"},
    "cfm": {"cfm", "cfml", "cfc", "cmf"},
    "cgi": {"pl", "cgi", "py", "sh", "rb"},
}
MARKS = {
    "php": re.compile(rb"<\?"),
    "asp": re.compile(rb"<%|<script[^>]+runat|<asp:", re.I),
    "jsp": re.compile(rb"<%|<jsp:", re.I),
    "cfm": re.compile(rb"<cf", re.I),
    # Without these it is a program for a terminal: a scanner, a client, a connect-back of one line.
    "cgi": re.compile(rb"content-type|import cgi|request_method|query_string", re.I),
}
OTHER = re.compile(rb"<\?php\s|<%@\s*(page|language|webhandler)|<%\s*(eval|execute|response|request|if|dim|set)\b", re.I)
NO_CODE = {"md", "markdown", "pdf", "doc", "docx", "java", "c", "h", "cs", "cpp", "js", "css", "json", "yml", "yaml", "xml", "vbs",
           "ps1", "psm1", "patch", "gitignore", "gitmodules", "zip", "rar", "gz", "7z", "tar", "jar", "war", "ear", "aar", "class",
           "exe", "dll", "chm", "swf", "svc"}


def excluded(extension, data):
    """Why a file is no web shell by its form, or nothing."""
    if len(b"".join(data.split())) < SHORTEST:
        return "empty"
    if len(data) > LARGEST:
        return "over 4 MiB"
    if extension in NO_CODE:
        return "description, archive or program to be compiled"
    for kind, extensions in CODE.items():
        if extension in extensions:
            return None if MARKS[kind].search(data) else f"named like {kind} without such code"
    return None if OTHER.search(data) else "no code for a web server in it"


def is_held_out(digest):
    return int(digest[-1], 16) % 2 == 1


def read(folder):
    """(files by SHA-256, how many were left out by reason)."""
    by_content, left_out = {}, collections.Counter()
    for path in sorted(p for p in pathlib.Path(folder).rglob("*") if p.is_file() and not p.is_symlink()):
        data = path.read_bytes()
        why = excluded(path.suffix[1:].lower(), data)
        if why:
            left_out[why] += 1
            continue
        digest = hashlib.sha256(data).hexdigest()
        same = hashlib.sha256(b"".join(data.split())).digest()
        if same in by_content:
            left_out["copy of another"] += 1
        if same not in by_content or digest < by_content[same][0]:
            by_content[same] = (digest, path)
    return dict(by_content.values()), left_out
