# Comes after `mail`: resellers' accounts lie in a data base of Cyrus SASL, which port 2587 asks, and in a file of Dovecot's.
for account in reseller partner; do
  echo "$account-of-old" | saslpasswd2 -p -c -u example.jp "$account"
done
chown root:sasl /etc/sasldb2 && chmod 0640 /etc/sasldb2
usermod -aG sasl postfix
printf '%s\n' 'pwcheck_method: auxprop' 'auxprop_plugin: sasldb' 'mech_list: PLAIN LOGIN' > /etc/postfix/sasl/smtpd.conf
postconf -M '2587/inet=2587 inet n - n - - smtpd'
postconf -P '2587/inet/smtpd_sasl_type=cyrus' '2587/inet/smtpd_sasl_path=smtpd' '2587/inet/smtpd_sasl_local_domain=example.jp' \
  '2587/inet/smtpd_relay_restrictions=permit_sasl_authenticated,reject'

printf '%s\n' 'agent@example.jp:{PLAIN}agent-of-old' 'courier@example.jp:{PLAIN}courier-of-old' > /etc/dovecot/users
chown root:dovecot /etc/dovecot/users && chmod 0640 /etc/dovecot/users
cat > /etc/dovecot/conf.d/98-resellers.conf <<'CONF'
passdb {
  driver = passwd-file
  args = username_format=%u /etc/dovecot/users
}
CONF
