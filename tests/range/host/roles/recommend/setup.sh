# Comes after `mail` or `exim`: readers may recommend a page to whom they like, in their own words. So may everybody.
chown webadmin:www-data /var/www/html/recommend.php
