for folder in /tmp /var/tmp /dev/shm; do
  mount -t tmpfs -o noexec,nosuid,nodev,mode=1777 none "$folder"
done
