#include "remote_place.hpp"

#include "rescue/base/base64.hpp"
#include "rescue/base/sha256.hpp"

namespace rescue::worker {

Status RemotePlace::alone(const std::function<Status()>& work) {
  RESCUE_TRY(link_->ask("lock-hold"));
  auto done = work();
  if (link_->lost()) return done;  // its flock goes with the responder
  const auto released = link_->ask("lock-release");
  if (done && !released) return fail(released.error());
  return done;
}

Result<std::optional<std::string>> RemotePlace::read() {
  record_sha256_.clear();
  RESCUE_ASSIGN(const auto told, link_->ask("lock-read"));
  const auto record = told.find("record");
  if (record == told.end() || record->is_null()) return std::optional<std::string>();
  const auto bytes =
      record->is_string() ? decode_base64(record->get_ref<const std::string&>()) : Result<std::string>();
  if (!record->is_string() || !bytes)
    return fail(ErrorCode::kCorrupt, "lock-damaged", "what the server calls its lock is none");
  record_sha256_ = sha256_hex(*bytes);
  return std::optional<std::string>(*bytes);
}

Status RemotePlace::write(std::string_view record) {
  RESCUE_TRY(link_->ask("lock-write", {{"record", encode_base64(record)}}));
  record_sha256_ = sha256_hex(record);
  return {};
}

}  // namespace rescue::worker
