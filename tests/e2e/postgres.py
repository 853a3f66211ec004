"""A private PostgreSQL on a Unix socket in a stack's directory, with a database per service."""
import contextlib
import os
import pathlib
import pwd
import shutil
import signal
import subprocess

from child import Child

PORT = 5432  # names the socket; nothing listens on the network
USER = "rescue"


def program(name):
    """Debian keeps the programs of each version apart, out of the PATH."""
    newest = max(pathlib.Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), default=None)
    if newest is None:
        raise FileNotFoundError(f"{name}: PostgreSQL is not installed")
    return str(newest)


def as_its_user(*command):
    """PostgreSQL refuses to run as root: Debian's package makes a user for it."""
    if os.geteuid() != 0:
        return list(command)
    return ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--init-groups", "--pdeathsig", "QUIT", *command]


def place(run):
    return run / "data" / "postgres"


def url(run, database):
    return f"postgresql://{USER}@/{database}?host={place(run)}&port={PORT}"


def lay_out(run):
    """Makes the cluster where there is none yet."""
    home = place(run)
    if (home / "cluster").exists():
        return
    home.mkdir(parents=True)
    if os.geteuid() == 0:
        user = pwd.getpwnam("postgres")
        os.chown(home, user.pw_uid, user.pw_gid)
    # Nobody else gets into the directory, so nobody need be asked who he is.
    home.chmod(0o700)
    try:
        subprocess.run(as_its_user(program("initdb"), "-D", home / "cluster", "-U", USER, "-A", "trust", "-E", "UTF8", "--no-locale",
                                   "--no-sync"), check=True, cwd="/", stdout=subprocess.DEVNULL)
    except BaseException:
        shutil.rmtree(home)
        raise


def query(run, database, sql):
    """Rows of texts; NULL is ""."""
    done = subprocess.run([program("psql"), "-h", place(run), "-p", str(PORT), "-U", USER, "-d", database, "-qAtX", "-F", "\x1f",
                           "-R", "\x1e", "-v", "ON_ERROR_STOP=1", "-c", sql], check=True, capture_output=True, text=True)
    return [line.split("\x1f") for line in done.stdout.rstrip("\n").split("\x1e") if line]


def make_databases(run, names):
    there = {name for name, in query(run, "postgres", "SELECT datname FROM pg_database")}
    for name in names:
        if name not in there:
            query(run, "postgres", f"CREATE DATABASE {name}")


class PostgresChild(Child):
    """The server. Its processes are in groups of their own: a signal to all of them goes to each."""

    def __init__(self, run, log, environment, detached):
        command = as_its_user(program("postgres"), "-D", place(run) / "cluster", "-k", place(run), "-p", str(PORT),
                              "-c", "listen_addresses=", "-c", "max_connections=300")
        super().__init__("postgres", command, log, environment, detached)
        self.run = run

    def answers(self):
        with contextlib.suppress(subprocess.CalledProcessError):
            return query(self.run, "postgres", "SELECT 1") == [["1"]]
        return False

    def signal_group(self, number):
        pids = [self.process.pid]
        with contextlib.suppress(OSError):
            pids += map(int, pathlib.Path(f"/proc/{pids[0]}/task/{pids[0]}/children").read_text().split())
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    def ask_to_end(self):
        """SIGINT: SIGTERM would wait for the clients."""
        if self.running():
            self.process.send_signal(signal.SIGINT)
