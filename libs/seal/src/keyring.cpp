#include "rescue/seal/keyring.hpp"

#include <algorithm>
#include <cstring>

#include "secret_file.hpp"
#include "sodium.hpp"

namespace rescue::seal {
namespace {

constexpr std::size_t kFileBytesMax = 64 * 1024;
constexpr std::size_t kKeysMax = 100;
constexpr int kBase64 = sodium_base64_VARIANT_ORIGINAL;
constexpr std::string_view kHead =
    "# Sealing keys of the intrusion rescue service: secret. The first is the current one.\n";

/// Takes the next word off `rest`.
std::string_view next_word(std::string_view& rest) {
  const auto begin = std::min(rest.find_first_not_of(" \t\r"), rest.size());
  const auto end = std::min(rest.find_first_of(" \t\r", begin), rest.size());
  const auto word = rest.substr(begin, end - begin);
  rest.remove_prefix(end);
  return word;
}

tl::unexpected<Error> bad(const std::string& what) {
  return fail(ErrorCode::kInvalid, "bad-key-file", what);
}

Result<KeyPair> read_line(std::string_view line) {
  const auto id = next_word(line);
  const auto made_at = parse_rfc3339(next_word(line));
  const auto base64 = next_word(line);
  if (!made_at || base64.empty() || !next_word(line).empty()) {
    return bad("a line is: key id, date-time, secret key in base 64");
  }
  Secret secret(crypto_box_SECRETKEYBYTES);
  std::size_t size = 0;
  const char* end = nullptr;
  const bool decoded = sodium_base642bin(secret.bytes().data(), secret.size(), base64.data(), base64.size(),
                                         nullptr, &size, &end, kBase64) == 0;
  if (!decoded || end != base64.data() + base64.size() || size != secret.size()) {
    return bad("a secret key is 32 bytes in base 64");
  }
  RESCUE_ASSIGN(auto pair, KeyPair::of(std::move(secret), *made_at));
  if (pair.public_key.id != id) return bad("the key id is not that of the key");
  return pair;
}

}  // namespace

Result<Keyring> Keyring::load(const std::string& path) {
  RESCUE_ASSIGN(const auto text, read_secret_file(path, kFileBytesMax));
  auto keys = parse(text.view());
  if (!keys) return bad(path + ":" + keys.error().detail);
  return keys;
}

Result<Keyring> Keyring::parse(std::string_view text) {
  use_sodium();
  Keyring out;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (line.empty() || line.front() == '#') continue;
    const auto place = std::to_string(number) + ": ";
    auto key = read_line(line);
    if (!key) return bad(place + key.error().detail);
    if (out.find(key->public_key.id) != nullptr) return bad(place + "this key stands twice");
    if (out.keys_.size() == kKeysMax) return bad(place + "over " + std::to_string(kKeysMax) + " keys");
    out.keys_.push_back(*std::move(key));
  }
  return out;
}

const KeyPair* Keyring::find(std::string_view key_id) const {
  const auto found = std::find_if(keys_.begin(), keys_.end(),
                                  [&](const KeyPair& key) { return key.public_key.id == key_id; });
  return found == keys_.end() ? nullptr : &*found;
}

Status Keyring::add(KeyPair key) {
  if (find(key.public_key.id) != nullptr) {
    return fail(ErrorCode::kConflict, "bad-key-file", "this key is in the ring already");
  }
  keys_.insert(keys_.begin(), std::move(key));
  return {};
}

Status Keyring::remove(std::string_view key_id) {
  const auto found = std::find_if(keys_.begin(), keys_.end(),
                                  [&](const KeyPair& key) { return key.public_key.id == key_id; });
  if (found == keys_.end()) {
    return fail(ErrorCode::kNotFound, "bad-key-file", "the ring has no key " + std::string(key_id));
  }
  keys_.erase(found);
  return {};
}

Secret Keyring::encode() const {
  constexpr std::size_t kLineBytesMax = 200;
  Secret out(kHead.size() + keys_.size() * kLineBytesMax);
  std::size_t used = 0;
  const auto append = [&](std::string_view text) {
    std::memcpy(out.bytes().data() + used, text.data(), text.size());
    used += text.size();
  };
  append(kHead);
  for (const auto& key : keys_) {
    append(key.public_key.id + " " + format_rfc3339(key.made_at) + " ");
    const auto bytes = key.secret_key.view();
    sodium_bin2base64(reinterpret_cast<char*>(out.bytes().data()) + used, out.size() - used,
                      reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), kBase64);
    used += sodium_base64_encoded_len(bytes.size(), kBase64) - 1;
    append("\n");
  }
  out.cut(used);
  return out;
}

}  // namespace rescue::seal
