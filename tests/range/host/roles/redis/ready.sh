test "$(redis-cli ping)" = PONG
