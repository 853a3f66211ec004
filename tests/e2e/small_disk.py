"""A file system of its own with little room, to be filled. Only root may mount one: without that the tests say `not run`, and as
root they fail where it cannot be mounted."""
import os
import pathlib
import subprocess

NOT_RUN = None if os.geteuid() == 0 else "not run: only root may mount a small disk"


class SmallDisk:
    def __init__(self, path, size):
        self.path = pathlib.Path(path)
        self.path.mkdir(parents=True, exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", self.path], check=True)

    @property
    def filler(self):
        return self.path / "filler"

    def fill(self):
        """Takes what room there is, to the last page."""
        with open(self.filler, "ab", buffering=0) as file:
            try:
                while file.write(b"\0" * 4096):
                    pass
            except OSError:
                pass

    def free(self):
        self.filler.unlink()

    def unmount(self):
        subprocess.run(["umount", "-l", self.path], check=True)
