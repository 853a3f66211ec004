# Runs chrooted in the host's disk before it boots: what its operators had set up long ago.
set -eu
echo "$HOST" > /etc/hostname
printf '127.0.0.1\tlocalhost\n%s\t%s.example.jp %s\n' "$ADDRESS" "$HOST" "$HOST" > /etc/hosts
echo 'nameserver 192.0.2.53' > /etc/resolv.conf
ln -sf "/usr/share/zoneinfo/$ZONE" /etc/localtime
echo "$ZONE" > /etc/timezone
echo 'LANG=C.UTF-8' > /etc/default/locale
[ ! -x /usr/sbin/sshd ] || ssh-keygen -q -t ed25519 -N "" -C "root@$HOST" -f /etc/ssh/ssh_host_ed25519_key

# Only our own messages: the kernel log belongs to the machine below.
sed -i 's/^module(load="imklog")/#&/' /etc/rsyslog.conf
if [ "$LOG_FORMAT" = traditional ]; then
  printf '%s\n' '$ActionFileDefaultTemplate RSYSLOG_TraditionalFileFormat' '$RepeatedMsgReduction on' \
    > /etc/rsyslog.d/10-format.conf
fi

for account in ops webadmin deploy; do
  useradd --create-home --shell /bin/bash "$account"
done
usermod --append --groups sudo webadmin
usermod --append --groups sudo deploy
usermod --append --groups adm ops
printf 'deploy:%s\nwebadmin:%s\n' "$DEPLOY_PASSWORD" "$WEBADMIN_PASSWORD" | chpasswd

authorize() {
  install -d -m 0700 -o "$1" -g "$1" "/home/$1/.ssh"
  echo "$2" > "/home/$1/.ssh/authorized_keys"
  chown "$1:$1" "/home/$1/.ssh/authorized_keys"
  chmod 0600 "/home/$1/.ssh/authorized_keys"
}
authorize ops "$OPS_KEY"
authorize deploy "$DEPLOY_KEY"
echo '15 3 * * * /usr/local/bin/prune-releases' | crontab -u deploy -

chmod 0755 /usr/local/bin/*
chmod 0644 /etc/cron.d/site
chown -R root:root /etc /usr/local
install -d /var/www/html/uploads/avatars
chown -R webadmin:www-data /var/www/html
rm -f /var/www/html/index.html
chown -R www-data:www-data /var/www/html/uploads
install -d -m 0750 -o www-data -g www-data /var/lib/site-queue

# One pixel, so that the uploads folder holds what such folders hold.
base64 -d > /var/www/html/uploads/avatars/owner.png <<'PNG'
iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==
PNG
chown www-data:www-data /var/www/html/uploads/avatars/owner.png

