service php8.2-fpm start >/dev/null
