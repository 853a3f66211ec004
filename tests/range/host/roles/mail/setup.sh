# The domain's mail: Postfix takes it in and sends it on through the provider's relay, Dovecot keeps it and knows the passwords.
while IFS=: read -r account password; do
  useradd --create-home --shell /usr/sbin/nologin "$account"
  printf '%s:%s\n' "$account" "$password" | chpasswd
done <<< "$ACCOUNTS"

printf '%s\n' 'postmaster: webadmin' 'root: webadmin' 'owner: owner@kissa-owner.example' > /etc/aliases
echo 'example.jp' > /etc/mailname
cp /usr/share/postfix/main.cf.debian /etc/postfix/main.cf
postconf -e 'compatibility_level = 3.6' "myhostname = $HOST.example.jp" 'myorigin = /etc/mailname' \
  'mydestination = $myhostname, example.jp, localhost' 'mynetworks = 127.0.0.0/8' "relayhost = [$SINK]" 'inet_protocols = ipv4' \
  'inet_interfaces = all' 'home_mailbox = Maildir/' 'alias_maps = hash:/etc/aliases' 'alias_database = hash:/etc/aliases' \
  'smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination' \
  'smtpd_sasl_auth_enable = yes' 'smtpd_sasl_type = dovecot' 'smtpd_sasl_path = private/auth' \
  'smtpd_peername_lookup = no' 'smtp_dns_support_level = disabled' 'maximal_backoff_time = 15m' 'biff = no'
postconf -M 'submission/inet=submission inet n - y - - smtpd'
postconf -P 'submission/inet/syslog_name=postfix/submission' \
  'submission/inet/smtpd_relay_restrictions=permit_sasl_authenticated,reject'
echo '/^X-PHP-Originating-Script:/ INFO' > /etc/postfix/header_checks
postconf -e 'header_checks = regexp:/etc/postfix/header_checks'
newaliases

cat > /etc/dovecot/conf.d/99-hosting.conf <<'CONF'
# TLS ends at the provider's proxy.
ssl = no
disable_plaintext_auth = no
protocols = imap
mail_location = maildir:~/Maildir
service auth {
  unix_listener /var/spool/postfix/private/auth {
    mode = 0660
    user = postfix
    group = postfix
  }
}
CONF
install -m 0640 -o www-data -g adm /dev/null /var/log/php-mail.log
