"""The repository's files, as the style tests see them: what git knows or would take up."""
import functools
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]


@functools.cache
def files(*suffixes):
    """Relative paths with one of `suffixes` (all: no suffix given), sorted."""
    listed = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, check=True,
                            capture_output=True, text=True).stdout.splitlines()
    return [path for path in sorted(map(pathlib.PurePath, listed))
            if (not suffixes or path.suffix in suffixes) and (ROOT / path).is_file()]


@functools.cache
def text(path):
    """The file's text, or None where it is not text."""
    try:
        return (ROOT / path).read_text("utf-8")
    except UnicodeDecodeError:
        return None


def under(path, *folders):
    return any(path.is_relative_to(folder) for folder in folders)


def cpp_files():
    return [path for path in files(".cpp", ".hpp") if under(path, "libs", "services", "tests")]


def lines_matching(path, pattern):
    """(line number, match) for every match of `pattern` in the file."""
    content = text(path) or ""
    for match in re.finditer(pattern, content, re.MULTILINE):
        yield content.count("\n", 0, match.start()) + 1, match
