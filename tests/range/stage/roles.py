"""What a host can be besides a web server with ssh: one folder of host/roles each."""

import dataclasses
import pathlib

ROLES = pathlib.Path(__file__).resolve().parent.parent / "host" / "roles"


@dataclasses.dataclass(frozen=True)
class Role:
    """`packages` and `accounts` hold a name a line, `disk/` is laid over the root, `setup.sh` runs chrooted before boot
    (with SINK and ACCOUNTS, "name:password" a line), `start.sh` starts the daemons, `ready.sh` says by its exit code
    whether they answer. `packages`, `accounts` and `disk/` may be missing. `instead-of` names packages of the base that it does
    without; a role with a file `is-ssh` starts what answers for ssh itself."""
    name: str

    @property
    def folder(self) -> pathlib.Path:
        folder = ROLES / self.name
        if not folder.is_dir():
            raise RuntimeError(f"no such role: {self.name}")
        return folder

    def _names(self, file: str) -> list:
        path = self.folder / file
        return path.read_text().split() if path.exists() else []

    packages = property(lambda self: self._names("packages"))
    instead_of = property(lambda self: self._names("instead-of"))
    is_ssh = property(lambda self: (self.folder / "is-ssh").exists())
    accounts = property(lambda self: self._names("accounts"))
    disk = property(lambda self: self.folder / "disk")
    setup = property(lambda self: self.folder / "setup.sh")
    start = property(lambda self: self.folder / "start.sh")
    ready = property(lambda self: self.folder / "ready.sh")
