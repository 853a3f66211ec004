install -d -m 0755 -o smmta -g smmsp /run/sendmail/mta
install -d -m 0755 -o smmsp -g smmsp /run/sendmail/msp
/etc/init.d/saslauthd start >/dev/null
/usr/sbin/sendmail-mta -Am -L sm-mta -bd -q10m
dovecot
