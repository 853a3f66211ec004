# The domain's mail as the role `mail` has it, but taken in and sent on by Sendmail, configured as Debian does it: sendmail.cf is made of sendmail.mc, and
# the tables beside it by makemap. saslauthd knows the passwords.
while IFS=: read -r account password; do
  useradd --create-home --shell /usr/sbin/nologin "$account"
  printf '%s:%s\n' "$account" "$password" | chpasswd
done <<< "$ACCOUNTS"

printf '%s\n' 'postmaster: webadmin' 'root: webadmin' 'owner: owner@kissa-owner.example' > /etc/aliases
echo 'example.jp' > /etc/mailname
printf '%s\n' 'example.jp' "$HOST.example.jp" 'localhost' > /etc/mail/local-host-names
# Nobody answers for names here, and the load that Sendmail would send people away for is that of the machine below.
sed -i 's/^hosts:.*/hosts: files/' /etc/nsswitch.conf
sed -i -e '/greet_pause/d' -e '/conncontrol/d' -e '/ratecontrol/d' -e '/CONNECTION_RATE/d' -e '/BAD_RCPT_THROTTLE/d' \
  -e '/DAEMON_OPTIONS/s/, Addr=127.0.0.1//' -e '/^MAILER_DEFINITIONS/,$d' /etc/mail/sendmail.mc
cat >> /etc/mail/sendmail.mc <<MC
define(\`confSERVICE_SWITCH_FILE', \`/etc/mail/service.switch-nodns')dnl
define(\`confREFUSE_LA', \`1000')dnl
define(\`confQUEUE_LA', \`1000')dnl
define(\`SMART_HOST', \`[$SINK]')dnl
define(\`confAUTH_MECHANISMS', \`LOGIN PLAIN')dnl
TRUST_AUTH_MECH(\`LOGIN PLAIN')dnl
define(\`LOCAL_MAILER_PATH', \`/usr/lib/dovecot/dovecot-lda')dnl
define(\`LOCAL_MAILER_ARGS', \`dovecot-lda -f \$g -d \$u')dnl
FEATURE(\`nocanonify')dnl
FEATURE(\`accept_unresolvable_domains')dnl
MAILER_DEFINITIONS
MAILER(\`local')dnl
MAILER(\`smtp')dnl
MC
sed -i "/^FEATURE(.msp'/i define(\`confSERVICE_SWITCH_FILE', \`/etc/mail/service.switch-nodns')dnl\nFEATURE(\`nocanonify')dnl" /etc/mail/submit.mc
m4 /etc/mail/sendmail.mc > /etc/mail/sendmail.cf
m4 /etc/mail/submit.mc > /etc/mail/submit.cf
makemap hash /etc/mail/access < /etc/mail/access
newaliases >/dev/null
echo 'START=yes' >> /etc/default/saslauthd
printf 'pwcheck_method: saslauthd\nmech_list: LOGIN PLAIN\n' > /usr/lib/sasl2/Sendmail.conf

cat > /etc/dovecot/conf.d/99-hosting.conf <<'CONF'
# TLS ends at the provider's proxy.
ssl = no
disable_plaintext_auth = no
protocols = imap
mail_location = maildir:~/Maildir
CONF
install -m 0640 -o www-data -g adm /dev/null /var/log/php-mail.log
