#include "rescue/seal/access.hpp"

#include <arpa/inet.h>

#include <algorithm>

#include "host_key.hpp"
#include "secret_object.hpp"

namespace rescue::seal {
namespace {

constexpr std::size_t kUserBytesMax = 64;
constexpr std::size_t kHostKeyBytesMax = 4'096;
constexpr std::size_t kPasswordBytesMax = 1'024;
constexpr std::int64_t kPortMax = 65'535;
constexpr std::string_view kUserCharacters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-@+$";

tl::unexpected<Error> unfit(std::string_view field, std::string_view what) {
  return fail(ErrorCode::kInvalid, "access-not-readable",
              "the sealed access cannot be used: " + std::string(field) + " " + std::string(what));
}

bool is_address(const char* text) {
  unsigned char bytes[sizeof(in6_addr)];
  return ::inet_pton(AF_INET, text, bytes) == 1 || ::inet_pton(AF_INET6, text, bytes) == 1;
}

/// None of what a shell or an option begins with.
bool is_user(std::string_view text) {
  return !text.empty() && text.size() <= kUserBytesMax && text.front() != '-' &&
         text.find_first_not_of(kUserCharacters) == std::string_view::npos;
}

/// A password is typed into one line.
bool is_password(std::string_view text) {
  return text.size() <= kPasswordBytesMax && std::none_of(text.begin(), text.end(), [](char c) {
           return static_cast<unsigned char>(c) < 0x20 || c == '\x7f';
         });
}

bool is_private_key(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && text.substr(first).starts_with("-----BEGIN ") &&
         text.find('\0') == std::string_view::npos;
}

/// Which of the fields' rules comes first; every getter takes its field out.
class AccessReader {
 public:
  explicit AccessReader(SecretObject object) : object_(std::move(object)) {}

  Result<std::string> address() {
    const auto value = object_.take_text("address");
    if (value && is_address(value->c_str())) return std::string(value->view());
    return unfit("address", "is an IPv4 or IPv6 address");
  }

  Result<std::string> user() {
    const auto value = object_.take_text("user");
    if (value && is_user(value->view())) return std::string(value->view());
    return unfit("user", "is the name of a user of the server");
  }

  Result<std::uint16_t> port() {
    if (!object_.has("port")) return std::uint16_t{22};
    const auto value = object_.take_integer("port");
    if (!value || *value < 1 || *value > kPortMax) return unfit("port", "is a number from 1 to 65535");
    return static_cast<std::uint16_t>(*value);
  }

  Result<std::string> host_key() {
    const auto value = object_.take_text("host_key");
    auto plain = value && value->size() <= kHostKeyBytesMax ? plain_host_key(value->view()) : std::nullopt;
    if (plain) return *std::move(plain);
    return unfit("host_key",
                 "is \"<type> <base 64>\" of the server's public key, or its fingerprint \"SHA256:…\"");
  }

  /// Absent and "" are the same.
  Result<Secret> secret(std::string_view field, bool (*fits)(std::string_view), std::string_view rule) {
    if (!object_.has(field)) return Secret();
    auto value = object_.take_text(field);
    if (!value || (!value->empty() && !fits(value->view()))) return unfit(field, rule);
    return *std::move(value);
  }

  Result<Sudo> sudo() {
    const auto value = object_.take_text("sudo");
    if (value && value->view() == "none") return Sudo::kNone;
    if (value && value->view() == "without_password") return Sudo::kWithoutPassword;
    if (value && value->view() == "with_password") return Sudo::kWithPassword;
    return unfit("sudo", "is \"none\", \"without_password\" or \"with_password\"");
  }

  Status done() const { return object_.empty() ? Status() : unfit("it", "has a field that is not known"); }

 private:
  SecretObject object_;
};

Status fit_together(Access& access) {
  if (access.private_key.empty() == access.password.empty()) {
    return unfit("it", "has either private_key or password");
  }
  if (access.sudo != Sudo::kWithPassword && !access.sudo_password.empty()) {
    return unfit("sudo_password", "goes with sudo \"with_password\" only");
  }
  if (access.sudo != Sudo::kWithPassword || !access.sudo_password.empty()) return {};
  if (access.password.empty()) return unfit("sudo_password", "is needed with sudo \"with_password\"");
  access.sudo_password = Secret::copy_of(access.password.view());
  return {};
}

}  // namespace

Result<Access> read_access(std::string_view json) {
  RESCUE_ASSIGN(auto object, SecretObject::parse(json));
  AccessReader in(std::move(object));
  constexpr std::string_view kOneLine = "is one line of at most 1024 bytes";
  Access out;
  RESCUE_ASSIGN(out.address, in.address());
  RESCUE_ASSIGN(out.port, in.port());
  RESCUE_ASSIGN(out.user, in.user());
  RESCUE_ASSIGN(out.host_key, in.host_key());
  RESCUE_ASSIGN(out.private_key,
                in.secret("private_key", is_private_key, "is a private key in PEM or in OpenSSH's form"));
  RESCUE_ASSIGN(out.password, in.secret("password", is_password, kOneLine));
  RESCUE_ASSIGN(out.sudo, in.sudo());
  RESCUE_ASSIGN(out.sudo_password, in.secret("sudo_password", is_password, kOneLine));
  RESCUE_TRY(in.done());
  RESCUE_TRY(fit_together(out));
  return out;
}

Result<Access> open_access(const Keyring& keys, const SealedBox& box) {
  RESCUE_ASSIGN(const auto clear, open_box(keys, box));
  return read_access(clear.view());
}

}  // namespace rescue::seal
