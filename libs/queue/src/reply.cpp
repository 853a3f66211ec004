#include "reply.hpp"

namespace rescue::queue {

std::int64_t ReplyPart::integer() const {
  return raw_ != nullptr && raw_->type == REDIS_REPLY_INTEGER ? std::int64_t{raw_->integer} : 0;
}

std::string_view ReplyPart::text() const {
  if (raw_ == nullptr) return {};
  switch (raw_->type) {
    case REDIS_REPLY_STRING:
    case REDIS_REPLY_STATUS:
    case REDIS_REPLY_ERROR:
      return {raw_->str, static_cast<std::size_t>(raw_->len)};
    default:
      return {};
  }
}

std::size_t ReplyPart::size() const {
  return raw_ != nullptr && raw_->type == REDIS_REPLY_ARRAY ? raw_->elements : 0;
}

tl::unexpected<Error> refused(const ReplyPart& reply) {
  return fail(ErrorCode::kUnavailable, "redis-error", "Redis answered: " + std::string(reply.text()));
}

}  // namespace rescue::queue
