test -S /run/php/shop.sock
