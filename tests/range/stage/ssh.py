"""An ssh client with a chosen source address: password guesses, password and key log-ins."""

import dataclasses
import os
import pathlib
import subprocess
import tempfile

from stage.network import HOST, inside

PINNED_NOTHING = ("-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "IdentityAgent=none", "-o", "ConnectTimeout=20")
# Hands out one line of the file per prompt, as ssh asks for each password by a new call.
ASKPASS = """#!/bin/sh
head -n 1 "$RANGE_PASSWORDS"
sed -i 1d "$RANGE_PASSWORDS"
"""


@dataclasses.dataclass(frozen=True)
class Key:
    private: pathlib.Path
    public: str
    fingerprint: str  # "SHA256:..." as sshd logs it


def make_key(folder: pathlib.Path, name: str, comment: str) -> Key:
    path = folder / name
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", str(path)], check=True)
    shown = subprocess.run(["ssh-keygen", "-l", "-f", f"{path}.pub"], check=True, capture_output=True, text=True).stdout
    return Key(path, pathlib.Path(f"{path}.pub").read_text().strip(), shown.split()[1])


@dataclasses.dataclass(frozen=True)
class Outcome:
    refused: int  # passwords the server said no to
    opened: bool  # whether a session was opened and its command ended well
    output: str


def with_passwords(work: pathlib.Path, source: str, user: str, passwords: list, command: str = "true",
                   stdin: str = "", terminal: bool = False, host: str = HOST) -> Outcome:
    """One connection that tries the passwords in turn (three at most, as ssh does)."""
    with tempfile.TemporaryDirectory(dir=work) as folder:
        askpass, words = pathlib.Path(folder, "askpass"), pathlib.Path(folder, "passwords")
        askpass.write_text(ASKPASS)
        askpass.chmod(0o700)
        words.write_text("\n".join(passwords) + "\n")
        environment = {**_environment(), "SSH_ASKPASS": str(askpass), "SSH_ASKPASS_REQUIRE": "force",
                       "RANGE_PASSWORDS": str(words)}
        options = ["-o", "PreferredAuthentications=password", "-o", "PubkeyAuthentication=no",
                   "-o", f"NumberOfPasswordPrompts={min(len(passwords), 3)}"]
        return _connect(source, f"{user}@{host}", options, command, stdin, terminal, environment)


def with_key(source: str, user: str, key: Key, command: str = "true", stdin: str = "", terminal: bool = False,
             host: str = HOST) -> Outcome:
    options = ["-i", str(key.private), "-o", "IdentitiesOnly=yes", "-o", "PasswordAuthentication=no"]
    return _connect(source, f"{user}@{host}", options, command, stdin, terminal, _environment())


def talk_with_key(source: str, user: str, key: Key, command: str, host: str = HOST) -> subprocess.Popen:
    """A command that is spoken to line by line."""
    argv = [*inside(source), "ssh", "-F", "none", "-b", source, *PINNED_NOTHING, "-i", str(key.private), "-o", "IdentitiesOnly=yes",
            "-T", f"{user}@{host}", command]
    return subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=_environment())


def _connect(source, whom, options, command, stdin, terminal, environment) -> Outcome:
    argv = [*inside(source), "ssh", "-F", "none", "-b", source, *PINNED_NOTHING, *options]
    # A terminal makes it an interactive log-in: sshd writes wtmp and lastlog, the shell writes its history.
    argv += ["-tt", whom] if terminal else ["-T", whom, command]
    done = subprocess.run(argv, input=stdin, text=True, capture_output=True, timeout=120, env=environment, errors="replace")
    return Outcome(done.stderr.count("Permission denied"), done.returncode == 0, done.stdout)


def _environment() -> dict:
    return {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "TERM": "xterm", "LANG": "C.UTF-8"}
