# PID 1 of the host. $1: its root, $2: its name, $3: how sshd and its roles' daemons are started, $4: libfaketime,
# $5: start_logging.sh, $6: how many days ago it is. Runs in mount, PID, UTS, IPC and network namespaces of its own.
set -eu
root=$1
hostname "$2"
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=0755 none "$root/run"
mount -t tmpfs -o mode=0755 none "$root/dev"
mkdir "$root/dev/pts" "$root/dev/shm"
chmod 1777 "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666,mode=0620,gid=5 none "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
for node in null:3 zero:5 full:7 random:8 urandom:9; do
  mknod -m 0666 "$root/dev/${node%%:*}" c 1 "${node##*:}"
done
mknod -m 0666 "$root/dev/tty" c 5 0

mkdir -p "$root/run/sshd" "$root/run/lock" "$root/run/apache2"
chmod 1777 "$root/run/lock"
install -m 0664 -g 43 /dev/null "$root/run/utmp"
cp "$4" "$5" "$root/run/"

# bash stays as PID 1, since it reaps what the daemons leave behind. Nothing on the host needs the powers taken off.
exec setpriv --bounding-set=-sys_module,-sys_rawio,-sys_boot,-sys_time,-syslog,-mknod chroot "$root" /bin/bash -c '
  sh /run/start_logging.sh "$2"
  cron
  eval "$1"
  while :; do sleep 3600 & wait; done' init "$3" "$6"
