# Runs chrooted after the roles' own set-up on a host that stays up: who may log in, and how (stage/live_host.py).
printf 'root:%s\nops:%s\n' "$ROOT_PASSWORD" "$OPS_PASSWORD" | chpasswd
for account in admin keeper; do
  useradd --create-home --shell /bin/bash --groups sudo "$account"
done
printf 'admin:%s\nkeeper:%s\n' "$ADMIN_PASSWORD" "$KEEPER_PASSWORD" | chpasswd
echo 'keeper ALL=(ALL:ALL) NOPASSWD: ALL' > /etc/sudoers.d/keeper
chmod 0440 /etc/sudoers.d/keeper
authorize admin "$ADMIN_KEY"
authorize keeper "$KEEPER_KEY"
install -d -m 0700 /root/.ssh
echo "$ROOT_KEY" > /root/.ssh/authorized_keys
chmod 0600 /root/.ssh/authorized_keys
[ ! -d /etc/ssh/sshd_config.d ] || sed -i 's/^PermitRootLogin .*/PermitRootLogin yes/' /etc/ssh/sshd_config.d/10-hosting.conf
