#pragma once

#include <hiredis/hiredis.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "rescue/base/result.hpp"

namespace rescue::queue {

/// A part of a reply; lives as long as the Reply it belongs to, and so does its text. Asking it for what it
/// is not gives nothing, never undefined behaviour.
class ReplyPart {
 public:
  explicit ReplyPart(const redisReply* raw) : raw_(raw) {}
  bool is_error() const { return raw_ != nullptr && raw_->type == REDIS_REPLY_ERROR; }
  bool is_nil() const { return raw_ == nullptr || raw_->type == REDIS_REPLY_NIL; }
  std::int64_t integer() const;
  std::string_view text() const;  ///< of a string, status or error
  std::size_t size() const;       ///< of an array, else 0
  ReplyPart at(std::size_t index) const { return ReplyPart(index < size() ? raw_->element[index] : nullptr); }

 private:
  const redisReply* raw_;
};

/// A whole reply, which it owns.
class Reply : public ReplyPart {
 public:
  explicit Reply(redisReply* raw) : ReplyPart(raw), owner_(raw) {}

 private:
  struct Free {
    void operator()(redisReply* raw) const { freeReplyObject(raw); }
  };
  std::unique_ptr<redisReply, Free> owner_;
};

/// kUnavailable ("redis-error") with the text of an error reply.
tl::unexpected<Error> refused(const ReplyPart& reply);

}  // namespace rescue::queue
