# PHP-FPM in place of apache's module: a pool of the server's own, and one of a shop with a user and a site of its own.
useradd --create-home --shell /usr/sbin/nologin shop
install -d -o shop -g shop /var/www/shop
printf '%s\n' "<?php echo mail('owner@far.example', 'Order', 'A book') ? 'sent' : 'refused';" | tee /var/www/shop/order.php /var/www/html/order.php >/dev/null
chown shop:shop /var/www/shop/order.php
chown www-data:www-data /var/www/html/order.php
pool=/etc/php/8.2/fpm/pool.d
sed -e 's/^\[www\]/[shop]/' -e 's/^\(user\|group\) = www-data/\1 = shop/' -e 's|^listen = .*|listen = /run/php/shop.sock|' $pool/www.conf > $pool/shop.conf
{ a2dismod php8.2 && a2enmod proxy_fcgi setenvif && a2enconf php8.2-fpm; } >/dev/null
cat > /etc/apache2/sites-available/shop.conf <<'CONF'
<VirtualHost *:80>
  ServerName shop.example.jp
  DocumentRoot /var/www/shop
  <FilesMatch "\.php$">
    SetHandler "proxy:unix:/run/php/shop.sock|fcgi://localhost"
  </FilesMatch>
</VirtualHost>
CONF
a2ensite shop >/dev/null
