# A cache for the site, started by hand as root and opened "for the office" without a password.
sed -i -e 's/^bind .*/bind 0.0.0.0/' -e 's/^protected-mode .*/protected-mode no/' -e 's/^daemonize .*/daemonize yes/' \
  -e 's/^# enable-protected-configs .*/enable-protected-configs yes/' /etc/redis/redis.conf
install -d -m 0700 /root/.ssh
