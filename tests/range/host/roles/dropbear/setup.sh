# A small ssh server in place of OpenSSH: no sftp, no scp.
rm -rf /etc/ssh
mkdir -p /etc/dropbear
dropbearkey -t ed25519 -f /etc/dropbear/dropbear_ed25519_host_key 2>/dev/null | grep '^ssh-ed25519' > /etc/dropbear/dropbear_ed25519_host_key.pub
