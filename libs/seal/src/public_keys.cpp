#include "rescue/seal/public_keys.hpp"

#include <algorithm>
#include <fstream>

#include "rescue/base/base64.hpp"

namespace rescue::seal {
namespace {

constexpr std::size_t kFileBytesMax = 64 * 1024;
constexpr std::size_t kKeysMax = 100;

tl::unexpected<Error> bad(const std::string& what) {
  return fail(ErrorCode::kInvalid, "bad-key-file", what);
}

Result<OfferedKey> read_key(const Json& entry, const std::string& pointer) {
  JsonReader in(entry, pointer);
  const auto id = in.text("key_id", {.max_bytes = 64});
  in.one_of("algorithm", {std::string(kAlgorithm)});
  const auto base64 = in.text("public_key", {.max_bytes = 64});
  const auto until = in.optional_time("accepted_until");
  if (!until) in.fault("accepted_until", "missing-field", "must say until when boxes to it are taken");
  RESCUE_TRY(in.done());
  RESCUE_ASSIGN(auto key, read_public_key(base64));
  if (key.id != id) return bad("the key id is not that of the key");
  return OfferedKey{std::move(key), *until};
}

auto has_id(std::string_view key_id) {
  return [key_id](const OfferedKey& offered) { return offered.key.id == key_id; };
}

}  // namespace

Json to_json(const OfferedKey& key) {
  return {{"key_id", key.key.id},
          {"algorithm", kAlgorithm},
          {"public_key", encode_base64(key.key.bytes)},
          {"accepted_until", format_rfc3339(key.accepted_until)}};
}

Result<PublicKeys> PublicKeys::load(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::string text(kFileBytesMax + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (in.gcount() == 0) return bad("cannot read " + path);
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > kFileBytesMax) return bad(path + " is too large");
  auto keys = parse(text);
  if (!keys) return bad(path + ": " + keys.error().pointer + " " + keys.error().detail);
  return keys;
}

Result<PublicKeys> PublicKeys::parse(std::string_view json) {
  RESCUE_ASSIGN(const auto root, parse_json(json));
  JsonReader in(root);
  const Json* list = in.raw("keys");
  RESCUE_TRY(in.done());
  if (list == nullptr || !list->is_array() || list->size() > kKeysMax) {
    return bad("\"keys\" must be a list of at most " + std::to_string(kKeysMax) + " keys");
  }
  PublicKeys out;
  for (const auto& entry : *list) {
    RESCUE_ASSIGN(auto key, read_key(entry, "/keys/" + std::to_string(out.keys_.size())));
    if (std::any_of(out.keys_.begin(), out.keys_.end(), has_id(key.key.id))) return bad("a key stands twice");
    out.keys_.push_back(std::move(key));
  }
  return out;
}

const OfferedKey* PublicKeys::current(Timestamp now) const {
  return keys_.empty() || keys_.front().accepted_until <= now ? nullptr : &keys_.front();
}

const OfferedKey* PublicKeys::accepted(std::string_view key_id, Timestamp now) const {
  const auto found = std::find_if(keys_.begin(), keys_.end(), has_id(key_id));
  return found == keys_.end() || found->accepted_until <= now ? nullptr : &*found;
}

void PublicKeys::add(OfferedKey key, Timestamp earlier_until) {
  for (auto& earlier : keys_) earlier.accepted_until = std::min(earlier.accepted_until, earlier_until);
  keys_.insert(keys_.begin(), std::move(key));
}

bool PublicKeys::remove(std::string_view key_id) {
  const auto found = std::find_if(keys_.begin(), keys_.end(), has_id(key_id));
  if (found == keys_.end()) return false;
  keys_.erase(found);
  return true;
}

std::string PublicKeys::encode() const {
  Json list = Json::array();
  for (const auto& key : keys_) list.push_back(to_json(key));
  return Json{{"keys", std::move(list)}}.dump(2) + "\n";
}

}  // namespace rescue::seal
