# Readers send in pictures; what they call them is taken as it comes.
install -d -m 0755 -o www-data -g www-data /var/www/html/uploads/gallery
chown -R webadmin:www-data /var/www/html/gallery
