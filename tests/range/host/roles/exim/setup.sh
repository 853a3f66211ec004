# The domain's mail as the role `mail` has it, but taken in and sent on by Exim, configured as Debian does it: the settings stand in
# update-exim4.conf.conf, and update-exim4.conf makes the effective configuration of them.
while IFS=: read -r account password; do
  useradd --create-home --shell /usr/sbin/nologin "$account"
  printf '%s:%s\n' "$account" "$password" | chpasswd
done <<< "$ACCOUNTS"

printf '%s\n' 'postmaster: webadmin' 'root: webadmin' 'owner: owner@kissa-owner.example' > /etc/aliases
echo 'example.jp' > /etc/mailname
cat > /etc/exim4/update-exim4.conf.conf <<CONF
dc_eximconfig_configtype='smarthost'
dc_other_hostnames='example.jp;$HOST.example.jp'
dc_local_interfaces='0.0.0.0'
dc_readhost=''
dc_relay_domains=''
dc_minimaldns='true'
dc_relay_nets=''
dc_smarthost='$SINK'
CFILEMODE='644'
dc_use_split_config='false'
dc_hide_mailname='false'
dc_mailname_in_oh='true'
dc_localdelivery='maildir_home'
CONF
printf '%s\n' 'MAIN_HOST_LOOKUP =' > /etc/exim4/exim4.conf.localmacros
cat >> /etc/exim4/exim4.conf.template <<'CONF'

# Dovecot knows the passwords. TLS ends at the provider's proxy.
dovecot_plain_server:
  driver = dovecot
  public_name = PLAIN
  server_socket = /var/spool/exim4/dovecot.auth-client
  server_set_id = $auth1

dovecot_login_server:
  driver = dovecot
  public_name = LOGIN
  server_socket = /var/spool/exim4/dovecot.auth-client
  server_set_id = $auth1
CONF
sed -i "s/^SMTPLISTENEROPTIONS=.*/SMTPLISTENEROPTIONS='-oX 25:587 -oP \/run\/exim4\/exim.pid'/" /etc/default/exim4
update-exim4.conf

cat > /etc/dovecot/conf.d/99-hosting.conf <<'CONF'
ssl = no
disable_plaintext_auth = no
protocols = imap
mail_location = maildir:~/Maildir
service auth {
  unix_listener /var/spool/exim4/dovecot.auth-client {
    mode = 0660
    group = Debian-exim
  }
}
CONF
install -m 0640 -o www-data -g adm /dev/null /var/log/php-mail.log
