postfix start >/dev/null 2>&1
dovecot
