// What a look-up is asked by, and how to wait for its answer.
#include <algorithm>
#include <future>
#include <memory>

#include "rescue/catalog/contracts.hpp"

namespace rescue::catalog {
namespace {

constexpr std::size_t kHostnameBytesMax = 253;

bool is_hostname(std::string_view text) {
  if (text.empty() || text.size() > kHostnameBytesMax || text.front() == '.' || text.front() == '-')
    return false;
  if (text.find("..") != std::string_view::npos) return false;
  return text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-_.") == std::string_view::npos;
}

}  // namespace

ServerKey ServerKey::id(std::string_view text) {
  return {Kind::kId, std::string(text)};
}

Result<ServerKey> ServerKey::address(std::string_view text) {
  RESCUE_ASSIGN(auto canonical, canonical_address(text));
  return ServerKey{Kind::kAddress, std::move(canonical)};
}

Result<ServerKey> ServerKey::hostname(std::string_view text) {
  std::string name(text);
  std::transform(name.begin(), name.end(), name.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  if (name.ends_with('.')) name.pop_back();
  if (is_hostname(name)) return ServerKey{Kind::kHostname, std::move(name)};
  return fail(ErrorCode::kInvalid, "bad-hostname",
              "must be a host name: 1 to 253 of letters, digits, '-', '_' and single dots");
}

std::string_view to_string(ServerKey::Kind kind) {
  switch (kind) {
    case ServerKey::Kind::kId:
      return "id";
    case ServerKey::Kind::kAddress:
      return "address";
    case ServerKey::Kind::kHostname:
      return "hostname";
  }
  return "id";
}

Result<ServerContract> find_and_wait(Contracts& contracts, const ServerKey& key, Timestamp at) {
  const auto answer = std::make_shared<std::promise<Result<ServerContract>>>();
  auto given = answer->get_future();
  contracts.find(key, at, [answer](Result<ServerContract> found) { answer->set_value(std::move(found)); });
  return given.get();
}

Result<ServerContract> find_at_hand(Contracts& contracts, const ServerKey& key, Timestamp at) {
  const auto answer = std::make_shared<std::promise<Result<ServerContract>>>();
  auto given = answer->get_future();
  contracts.find(key, at, [answer](Result<ServerContract> found) { answer->set_value(std::move(found)); });
  if (given.wait_for(std::chrono::seconds(0)) == std::future_status::ready) return given.get();
  return fail(ErrorCode::kUnavailable, "contracts-unavailable", "the directory of contracts is being asked");
}

}  // namespace rescue::catalog
