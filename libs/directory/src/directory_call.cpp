#include "directory_call.hpp"

#include <algorithm>
#include <fstream>
#include <random>

#include "rescue/http/client.hpp"

namespace rescue::directory {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr int kTriesMax = 3;
constexpr std::size_t kAnswerBytesMax = 64 * 1024;
constexpr std::size_t kTokenBytesMax = 4'096;
constexpr milliseconds kFirstPause{50};
constexpr milliseconds kConnectMax{1'000};

/// Read at each call, so that a token is changed without a restart.
Result<std::string> read_token(const std::string& path) {
  std::ifstream file(path);
  std::string token(kTokenBytesMax, '\0');
  file.read(token.data(), static_cast<std::streamsize>(token.size()));
  token.resize(static_cast<std::size_t>(file.gcount()));
  token.erase(std::min(token.find_first_of(" \t\r\n"), token.size()));
  if (!token.empty()) return token;
  return fail(ErrorCode::kUnavailable, "contracts-unavailable", "no token can be read from " + path);
}

/// Half of the way is left for another try, so that one hanging connection is not the end of it.
milliseconds time_for_a_try(milliseconds wait, milliseconds left) {
  return std::max(milliseconds(1), std::min(left, wait / 2));
}

Error no_answer(int status) {
  const auto text = "the directory answered with status " + std::to_string(status);
  // 5xx and 429 pass; a token that is not taken, or a wrong address, does not: nobody gets an answer.
  const bool passes = status >= 500 || status == 429;
  return {passes ? ErrorCode::kTimeout : ErrorCode::kUnavailable, "contracts-unavailable", text};
}

}  // namespace

Result<std::string> DirectoryCall::try_once(const std::string& path, Deadline deadline) const {
  RESCUE_ASSIGN(auto token, read_token(config_.token_file));
  const auto left = std::chrono::duration_cast<milliseconds>(deadline - steady_clock::now());
  const auto time = time_for_a_try(config_.wait, left);
  http::Client::Options options;
  options.base_url = config_.url;
  options.token = std::move(token);
  options.ca_file = config_.ca_file;
  options.connect_timeout = std::min(time, kConnectMax);
  options.read_timeout = time;
  options.total_timeout = time;
  options.body_bytes_max = kAnswerBytesMax;
  http::Client client(std::move(options));
  auto answer = client.get(path);
  if (!answer && answer.error().code == ErrorCode::kTooLarge) {
    return fail(ErrorCode::kCorrupt, "contracts-unavailable", answer.error().detail);
  }
  if (!answer) return fail(ErrorCode::kTimeout, "contracts-unavailable", answer.error().detail);
  if (answer->status != 200) return fail(no_answer(answer->status));
  return std::move(answer->body);
}

/// A pause that doubles, of which a random part is waited: not all ask again at once. False: there is no time
/// for it.
bool DirectoryCall::pause(int tries, Deadline deadline) {
  thread_local std::minstd_rand random(std::random_device{}());
  const auto longest = kFirstPause * (1 << tries);
  const auto chosen = milliseconds(std::uniform_int_distribution<std::int64_t>(1, longest.count())(random));
  if (steady_clock::now() + chosen >= deadline) return false;
  std::unique_lock lock(mutex_);
  return !stopping_.wait_for(lock, chosen, [this] { return stopped_; });
}

Result<Answer> DirectoryCall::ask(const catalog::ServerKey& key, Timestamp at) {
  const auto deadline = steady_clock::now() + config_.wait;
  const auto path = look_up_path(key, at);
  for (int tries = 1;; ++tries) {
    const auto body = try_once(path, deadline);
    if (body) return read_answer(*body, key, at);
    const bool may_pass = body.error().code == ErrorCode::kTimeout;
    if (!may_pass || tries == kTriesMax || !pause(tries, deadline)) return fail(body.error());
  }
}

void DirectoryCall::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  stopping_.notify_all();
}

}  // namespace rescue::directory
