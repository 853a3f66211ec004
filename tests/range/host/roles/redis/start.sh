redis-server /etc/redis/redis.conf
