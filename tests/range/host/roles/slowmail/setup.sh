# Comes after `mail` or `exim`: mail for slow.example and below stays in the queue.
if [ -d /etc/postfix ]; then
  # Nobody listens there.
  printf '%s\n' "slow.example smtp:[$SINK]:2500" ".slow.example smtp:[$SINK]:2500" > /etc/postfix/transport
  postconf -e 'transport_maps = texthash:/etc/postfix/transport'
else
  echo 'hold_domains = slow.example : *.slow.example' >> /etc/exim4/exim4.conf.localmacros
  update-exim4.conf
fi
