"""A file system of its own whose power can be cut: what was not synced by then is gone."""
import fcntl
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile

from waiting import wait_for

# linux/fs/ext4/ext4.h: EXT4_IOC_SHUTDOWN with EXT4_GOING_FLAGS_NOLOGFLUSH. From then on nothing reaches the device, not even the journal.
SHUTDOWN = 0x8004587D
NO_LOG_FLUSH = 2
INSIDE = "RESCUE_OWN_MOUNTS"


def in_own_mount_namespace():
    """Starts this program again in a mount namespace that ends with it, so that its mounts and loop devices end however it ends.
    False where that is not possible."""
    if os.environ.get(INSIDE):
        return True
    unshare = ["unshare", "--mount", "--propagation", "private"]
    if os.geteuid() != 0 or subprocess.run([*unshare, "true"], stderr=subprocess.DEVNULL).returncode != 0:
        return False
    os.environ[INSIDE] = "1"
    os.execvp(unshare[0], [*unshare, sys.executable, *sys.argv])


class LoopDisk:
    """ext4 on a loop device over a sparse file. `place` is where it is mounted."""

    def __init__(self, size_mb=4096):
        # In memory where there is room: what counts as written is what reaches the device.
        memory = pathlib.Path("/dev/shm")
        roomy = memory.is_dir() and shutil.disk_usage(memory).free > (size_mb << 20)
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="rescue-disk-", dir=memory if roomy else None))
        self.home.chmod(0o711)
        self.image = self.home / "image"
        self.place = self.home / "mounted"
        self.size_mb = size_mb

    def __enter__(self):
        try:
            self.place.mkdir()
            with open(self.image, "wb") as image:
                image.truncate(self.size_mb << 20)
            subprocess.run(["mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=0,lazy_journal_init=0", self.image], check=True)
            self.mount()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if os.path.ismount(self.place):
            subprocess.run(["umount", "--lazy", self.place], check=False)
        shutil.rmtree(self.home, ignore_errors=True)

    def mount(self):
        # Nothing is to be written because time has passed.
        subprocess.run(["mount", "-o", "loop,noatime,commit=600", self.image, self.place], check=True)
        self.place.chmod(0o711)

    def sync(self):
        subprocess.run(["sync", "--file-system", self.place], check=True)

    def cut_power(self):
        directory = os.open(self.place, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.ioctl(directory, SHUTDOWN, struct.pack("I", NO_LOG_FLUSH))
        finally:
            os.close(directory)

    def power_on(self):
        """Once nobody has a file open there: mounts what has reached the device."""
        wait_for("the file system to be free", lambda: subprocess.run(["umount", self.place], stderr=subprocess.DEVNULL).returncode == 0)
        self.mount()

    def bites(self):
        """Whether a cut loses what was not synced, and nothing else."""
        synced, unsynced = self.place / "synced", self.place / "unsynced"
        synced.write_text("there")
        with open(synced, "rb") as file:
            os.fsync(file.fileno())
        unsynced.write_text("gone")
        self.cut_power()
        self.power_on()
        there = synced.exists() and synced.read_text() == "there"
        return there and not unsynced.exists()
