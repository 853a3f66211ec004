/etc/init.d/exim4 start >/dev/null 2>&1
dovecot
