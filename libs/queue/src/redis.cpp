#include "rescue/queue/redis.hpp"

namespace rescue::queue {

Redis::Redis(RedisOptions options) : options_(std::move(options)) {}

std::unique_ptr<Sender> Redis::sender() {
  return std::make_unique<Producer>(options_);
}

std::unique_ptr<Receiver> Redis::receiver(const std::string& service, const std::string& consumer_name,
                                          std::chrono::milliseconds claim_idle) {
  return std::make_unique<Consumer>(options_, service, consumer_name, claim_idle);
}

}  // namespace rescue::queue
