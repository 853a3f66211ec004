#include "rescue/seal/handed_access.hpp"

#include <algorithm>
#include <array>

#include "rescue/seal/sealed_box.hpp"

namespace rescue::seal {
namespace {

constexpr std::string_view kPointer = "/access";
/// Longer than a box may be, so that clear text of any length is called by its name.
constexpr std::size_t kTextBytesMax = 256 * 1024;
/// What stands inside the box, and what people call it.
constexpr std::array<std::string_view, 18> kInside = {
    "address", "host", "hostname",   "port", "user",        "username", "login", "host_key",      "password",
    "passwd",  "pass", "passphrase", "key",  "private_key", "secret",   "sudo",  "sudo_password", "token"};

bool names_what_is_inside(const Json& value) {
  if (!value.is_structured()) return false;
  for (const auto& item : value.items()) {
    if (value.is_object() && std::find(kInside.begin(), kInside.end(), item.key()) != kInside.end())
      return true;
    if (names_what_is_inside(item.value())) return true;
  }
  return false;
}

Status below_access(Error error) {
  error.pointer = std::string(kPointer) + error.pointer;
  return fail(std::move(error));
}

}  // namespace

Status check_access(const Json& access, const PublicKeys& keys, Timestamp now) {
  if (names_what_is_inside(access)) {
    return fail(
        ErrorCode::kInvalid, "access-in-clear-text",
        "has fields that belong into the sealed box: seal them to the key of GET /v1/sealing-key, and "
        "regard what was sent as known to others",
        std::string(kPointer));
  }
  if (!access.is_object()) {
    return fail(ErrorCode::kInvalid, "wrong-type", "must be {\"key_id\", \"sealed\"}", std::string(kPointer));
  }
  JsonReader in(access, std::string(kPointer));
  const SealedBox box{in.text("key_id", {.max_bytes = 64}), in.text("sealed", {.max_bytes = kTextBytesMax})};
  RESCUE_TRY(in.done());
  if (const auto formed = check_form(box); !formed) return below_access(formed.error());
  if (keys.accepted(box.key_id, now) != nullptr) return {};
  return fail(ErrorCode::kInvalid, "access-key-unknown",
              "boxes to this key are not taken: seal to the key that GET /v1/sealing-key gives now",
              std::string(kPointer) + "/key_id");
}

}  // namespace rescue::seal
