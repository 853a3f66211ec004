#include "rescue/service/sealing_keys.hpp"

namespace rescue::service {
namespace {

constexpr std::chrono::days kTimeToRotate{30};

}  // namespace

std::shared_ptr<const seal::PublicKeys> SealingKeys::current() {
  const std::lock_guard lock(mutex_);
  if (!are_set_up()) return keys_;
  // The stamp first: a change while it is read is seen at the next look.
  const auto stamp = catalog::stamp_of(path_);
  if (stamp == stamp_ && stamp != catalog::FileStamp()) return keys_;
  auto read = seal::PublicKeys::load(path_);
  if (!read) {
    broken_ = read.error().detail;
    return keys_;
  }
  broken_.reset();
  stamp_ = stamp;
  keys_ = std::make_shared<const seal::PublicKeys>(*std::move(read));
  return keys_;
}

std::optional<std::string> SealingKeys::broken() const {
  const std::lock_guard lock(mutex_);
  return broken_;
}

std::optional<std::string> SealingKeys::trouble(Timestamp now) {
  if (!are_set_up()) return std::nullopt;
  const auto keys = current();
  const auto* offered = keys->current(now);
  if (const auto why = broken()) return "sealing.public_keys: " + *why;
  if (offered == nullptr)
    return "sealing.public_keys: no key is in force: make one with rescuectl sealing-key";
  if (offered->accepted_until - now > kTimeToRotate) return std::nullopt;
  return "sealing.public_keys: the key is in force until " + format_rfc3339(offered->accepted_until) +
         ": change it with rescuectl sealing-key rotate";
}

}  // namespace rescue::service
