#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "rescue/catalog/contracts.hpp"

namespace rescue::workflow::testing {

/// A directory that says what a test wants; by default every server is C-1001's, at two addresses.
class ScriptedContracts final : public catalog::Contracts {
 public:
  void find(const catalog::ServerKey& key, Timestamp, Found found) override {
    ++asked;
    if (silent) return waiting.emplace_back(key.text, std::move(found)), void();
    found(answer_about(key.text));
  }
  /// Those who were kept waiting are answered.
  void speak() {
    silent = false;
    for (auto& [server, found] : std::exchange(waiting, {})) found(answer_about(server));
  }
  void is_away() {
    refusal = Error{ErrorCode::kUnavailable, "contracts-unavailable", "the directory does not answer"};
  }
  void is_over() { refusal = Error{ErrorCode::kInvalid, "not-under-contract", "its contract ended"}; }

  std::string customer = "C-1001";
  std::vector<std::string> addresses{"192.0.2.10", "2001:db8::10"};
  std::optional<Error> refusal;
  bool silent = false;
  int asked = 0;
  std::vector<std::pair<std::string, Found>> waiting;

 private:
  Result<catalog::ServerContract> answer_about(const std::string& server) const {
    if (refusal) return fail(*refusal);
    return catalog::ServerContract{.server_id = server,
                                   .customer = customer,
                                   .addresses = addresses,
                                   .hostname = "web01",
                                   .os = "debian-12",
                                   .from = std::chrono::sys_days(),
                                   .to = std::nullopt};
  }
};

}  // namespace rescue::workflow::testing
