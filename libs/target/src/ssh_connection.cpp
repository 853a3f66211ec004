#include "ssh_connection.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>

#include "words.hpp"

namespace rescue::target {
namespace {

using std::chrono::steady_clock;

// Young ones first. The old ones are for servers that know nothing else: who may be at the other end is
// decided by the pinned key, and without its signature nothing goes on.
constexpr const char* kKeyExchanges =
    "curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256,ecdh-sha2-nistp384,ecdh-sha2-nistp521,"
    "diffie-hellman-group-exchange-sha256,diffie-hellman-group16-sha512,diffie-hellman-group18-sha512,"
    "diffie-hellman-group14-sha256,diffie-hellman-group14-sha1";
constexpr const char* kHmacs =
    "hmac-sha2-256-etm@openssh.com,hmac-sha2-512-etm@openssh.com,hmac-sha2-256,hmac-sha2-512,hmac-sha1";
constexpr const char* kOwnKeys =
    "ssh-ed25519,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,rsa-sha2-512,rsa-sha2-256,ssh-"
    "rsa";

bool says(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// Nothing of this machine's files has a say in how a server is reached.
bool set_options(ssh_session session, const seal::Access& access, const char* algorithms) {
  const int no = 0;
  const unsigned port = access.port;
  const std::array settings{
      std::pair<ssh_options_e, const void*>{SSH_OPTIONS_PROCESS_CONFIG, &no},
      std::pair<ssh_options_e, const void*>{SSH_OPTIONS_SSH_DIR, "/dev/null"},
      std::pair<ssh_options_e, const void*>{SSH_OPTIONS_KNOWNHOSTS, "/dev/null"},
      std::pair<ssh_options_e, const void*>{SSH_OPTIONS_GLOBAL_KNOWNHOSTS, "/dev/null"},
      std::pair<ssh_options_e, const void*>{SSH_OPTIONS_HOST, access.address.c_str()},
      std::pair<ssh_options_e, const void*>{SSH_OPTIONS_USER, access.user.c_str()},
      std::pair<ssh_options_e, const void*>{SSH_OPTIONS_HOSTKEYS, algorithms},
      std::pair<ssh_options_e, const void*>{SSH_OPTIONS_KEY_EXCHANGE, kKeyExchanges},
      std::pair<ssh_options_e, const void*>{SSH_OPTIONS_HMAC_C_S, kHmacs},
      std::pair<ssh_options_e, const void*>{SSH_OPTIONS_HMAC_S_C, kHmacs},
      std::pair<ssh_options_e, const void*>{SSH_OPTIONS_PUBLICKEY_ACCEPTED_TYPES, kOwnKeys},
      std::pair<ssh_options_e, const void*>{SSH_OPTIONS_COMPRESSION, "no"},
      std::pair<ssh_options_e, const void*>{SSH_OPTIONS_PORT, &port}};
  return std::ranges::all_of(
      settings, [&](const auto& one) { return ssh_options_set(session, one.first, one.second) == SSH_OK; });
}

bool is_unreachable(std::string_view text) {
  return says(text, "refused") || says(text, "nreachable") || says(text, "No route") ||
         says(text, "imed out") || says(text, "Timeout") || says(text, "ailed to connect");
}

tl::unexpected<Error> refused(const std::string& why) {
  return fail(ErrorCode::kForbidden, "login-refused", why);
}

std::string methods_text(int methods) {
  std::string out;
  const auto add = [&](int method, const char* name) {
    if ((methods & method) != 0) out += (out.empty() ? "" : ", ") + std::string(name);
  };
  add(SSH_AUTH_METHOD_PUBLICKEY, "publickey");
  add(SSH_AUTH_METHOD_PASSWORD, "password");
  add(SSH_AUTH_METHOD_INTERACTIVE, "keyboard-interactive");
  return out.empty() ? "nothing we can give" : out;
}

}  // namespace

std::string SshConnection::words_of(std::string_view text) const {
  return told_password_ ? "" : last_words(text);
}

std::string SshConnection::with_words_of(std::string_view text) const {
  return told_password_ ? "" : with_last_words(text);
}

tl::unexpected<Error> SshConnection::broken(const std::string& what) const {
  const std::string text = ssh_get_error(session_.get());
  const std::string said = words_of(text);
  const std::string words = said.empty() ? what : what + ": " + said;
  for (const char* ended : {"isconnected", "reset by peer", "closed", "Broken pipe", "EOF",
                            "Connection timed out", "POLLERR", "not connected"}) {
    if (says(text, ended)) {
      return fail(ErrorCode::kUnavailable, "target-lost", "the server ended the connection, " + words);
    }
  }
  if (says(text, "no match for method")) {
    return fail(ErrorCode::kConflict, "target-unsupported", "the server speaks no SSH that we do, " + words);
  }
  return fail(ErrorCode::kCorrupt, "target-garbage", "what the server sends is no SSH, " + words);
}

Result<int> SshConnection::finish(const std::function<int()>& call, const Wait& wait,
                                  const std::string& what) {
  while (true) {
    const int answer = call();
    // SSH_AGAIN and SSH_AUTH_AGAIN are two numbers.
    if (answer != SSH_AGAIN && answer != static_cast<int>(SSH_AUTH_AGAIN)) return answer;
    RESCUE_TRY(wait.still(what));
    const bool writes = !reached() || (ssh_get_poll_flags(session_.get()) & SSH_WRITE_PENDING) != 0;
    pollfd watched{ssh_get_fd(session_.get()), static_cast<short>(writes ? POLLIN | POLLOUT : POLLIN), 0};
    ::poll(&watched, 1, wait.slice_ms());
  }
}

Status SshConnection::turn(const Wait& wait, const std::string& what) {
  constexpr std::chrono::seconds kBetweenSigns{15};
  const auto now = steady_clock::now();
  if (now - kept_alive_ > kBetweenSigns) {
    kept_alive_ = now;
    ssh_send_ignore(session_.get(), "");
  }
  if (ssh_event_dopoll(session_.event(), wait.slice_ms()) == SSH_ERROR ||
      ssh_is_connected(session_.get()) == 0) {
    const auto error = broken(what).value();
    // After the log-in there is one way to end: what is no SSH then is a line that broke.
    return fail(ErrorCode::kUnavailable, "target-lost", error.detail);
  }
  return {};
}

/// Whether there is somebody at the other end. The first time, silence gets its bounds.
bool SshConnection::reached() {
  if (reached_) return true;
  sockaddr_storage peer{};
  socklen_t size = sizeof peer;
  const int fd = ssh_get_fd(session_.get());
  if (fd < 0 || ::getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size) != 0) return false;
  bound_silence(fd);
  return reached_ = true;
}

Status SshConnection::shake_hands(const seal::Access& access, const char* algorithms) {
  RESCUE_TRY(check_address(access.address));
  if (!session_ || !set_options(session_.get(), access, algorithms)) {
    return fail(ErrorCode::kInternal, "internal-error", "libssh does not take our settings");
  }
  ssh_set_blocking(session_.get(), 0);
  const SteadyTime connected_by = steady_clock::now() + options_.patience.connect;
  const Wait wait = until(options_.patience.key_exchange);
  const auto answer = finish(
      [&] {
        const int step = ssh_connect(session_.get());
        return !reached() && step == SSH_AGAIN && steady_clock::now() > connected_by ? SSH_ERROR : step;
      },
      wait, "the key exchange");
  RESCUE_TRY(answer);
  if (*answer == SSH_OK) return {};
  const std::string text = ssh_get_error(session_.get());
  if (!reached() && (text.empty() || is_unreachable(text))) {
    return fail(ErrorCode::kUnavailable, "target-unreachable",
                says(text, "refused") ? "the server refuses the connection"
                                      : "no way to the server, or no answer from it in time");
  }
  return broken("in the key exchange");
}

Result<bool> SshConnection::shows(const PinnedKey& pinned, std::string& shown) const {
  ssh_key key = nullptr;
  if (ssh_get_server_publickey(session_.get(), &key) != SSH_OK) {
    return fail(ErrorCode::kCorrupt, "target-garbage", "the server shows no host key");
  }
  const Key owned(key);
  shown += (shown.empty() ? "" : ", ") + fingerprint_of(key);
  return pinned.fits(key);
}

Result<int> SshConnection::log_in_with_key(const seal::Access& access, const Wait& wait) {
  ssh_key key = nullptr;
  if (ssh_pki_import_privkey_base64(access.private_key.c_str(), nullptr, nullptr, nullptr, &key) != SSH_OK) {
    return fail(ErrorCode::kInvalid, "bad-access",
                "private_key cannot be read: a PEM or OpenSSH key without a passphrase is wanted");
  }
  const Key owned(key);
  return finish([&] { return ssh_userauth_publickey(session_.get(), nullptr, key); }, wait,
                "the log-in by key");
}

Result<int> SshConnection::answer_questions(const seal::Secret& password, const Wait& wait) {
  constexpr int kRounds = 5;
  bool answered = false;
  for (int round = 0; round < kRounds; ++round) {
    RESCUE_ASSIGN(const int answer,
                  finish([&] { return ssh_userauth_kbdint(session_.get(), nullptr, nullptr); }, wait,
                         "the log-in by questions"));
    if (answer != SSH_AUTH_INFO) return answer;
    const int questions = ssh_userauth_kbdint_getnprompts(session_.get());
    if (questions == 0) continue;
    // Asked once more, it was wrong; asked for two things, or for what may be seen, it is no password.
    char shown = 0;
    ssh_userauth_kbdint_getprompt(session_.get(), 0, &shown);
    if (questions != 1 || answered || shown != 0) return static_cast<int>(SSH_AUTH_DENIED);
    tells_password();
    ssh_userauth_kbdint_setanswer(session_.get(), 0, password.c_str());
    answered = true;
  }
  return static_cast<int>(SSH_AUTH_DENIED);
}

Result<int> SshConnection::log_in_with_password(const seal::Access& access, const Wait& wait) {
  const int methods = ssh_userauth_list(session_.get(), nullptr);
  int answer = SSH_AUTH_DENIED;
  if ((methods & SSH_AUTH_METHOD_PASSWORD) != 0) {
    tells_password();
    RESCUE_ASSIGN(
        answer,
        finish([&] { return ssh_userauth_password(session_.get(), nullptr, access.password.c_str()); }, wait,
               "the log-in by password"));
  } else if ((methods & SSH_AUTH_METHOD_INTERACTIVE) != 0) {
    RESCUE_ASSIGN(answer, answer_questions(access.password, wait));
  }
  return answer;
}

Status SshConnection::log_in(const seal::Access& access) {
  const Wait wait = until(options_.patience.log_in);
  RESCUE_ASSIGN(int answer,
                finish([&] { return ssh_userauth_none(session_.get(), nullptr); }, wait, "the log-in"));
  if (answer == SSH_AUTH_SUCCESS) return {};
  if (answer == SSH_AUTH_ERROR) return broken("in the log-in");
  const int methods = ssh_userauth_list(session_.get(), nullptr);
  if (!access.private_key.empty()) {
    RESCUE_ASSIGN(answer, log_in_with_key(access, wait));
  }
  if (!access.password.empty() && answer != SSH_AUTH_SUCCESS) {
    RESCUE_ASSIGN(answer, log_in_with_password(access, wait));
  }
  if (answer == SSH_AUTH_SUCCESS) return {};
  const std::string text = ssh_get_error(session_.get());
  if (answer == SSH_AUTH_ERROR && !says(text, "uthentication")) return broken("in the log-in");
  return refused("the server does not let the account that was named in; it takes " + methods_text(methods));
}

Result<std::unique_ptr<SshConnection>> SshConnection::open(const seal::Access& access,
                                                           const SshOptions& options) {
  RESCUE_ASSIGN(const PinnedKey pinned, PinnedKey::parse(access.host_key));
  std::string shown;
  std::optional<Error> unspoken;
  for (const char* algorithms : pinned.algorithms()) {
    std::unique_ptr<SshConnection> connection(new SshConnection(options));
    const Status shaken = connection->shake_hands(access, algorithms);
    if (!shaken && shaken.error().problem == "target-unsupported") {
      unspoken = shaken.error();
      continue;
    }
    RESCUE_TRY(shaken);
    RESCUE_ASSIGN(const bool right, connection->shows(pinned, shown));
    if (!right) continue;
    RESCUE_TRY(connection->log_in(access));
    connection->session_.add_to_event();
    return connection;
  }
  if (shown.empty() && unspoken) {
    unspoken->detail += "; perhaps it has no host key of the kind that is pinned";
    return fail(*unspoken);
  }
  return fail(ErrorCode::kForbidden, "host-key-mismatch",
              "the server shows the host key " + shown +
                  ", which is not the one that was named; nothing was sent to it");
}

}  // namespace rescue::target
