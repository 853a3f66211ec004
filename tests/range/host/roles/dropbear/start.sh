dropbear -p 22 -r /etc/dropbear/dropbear_ed25519_host_key
