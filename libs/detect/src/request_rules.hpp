#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "rescue/detect/rule.hpp"
#include "rescue/evidence/event.hpp"
#include "word_finder.hpp"

namespace rescue::detect {

/// Says of nearly all texts at once that none of some words stands in them: each word of at least four bytes
/// is known by the hash of four of its bytes, one bit each. Case does not matter.
class GramFilter {
 public:
  explicit GramFilter(const std::vector<std::string>& words);
  bool may_hold_any(std::string_view text) const;

 private:
  std::array<std::uint64_t, 1024> bits_{};
};

/// The rules of family `web` whose `match` is `{"any": [[text, …], …]}`: a request is meant where all texts
/// of one list stand in what it asks for, as sent or percent-decoded once or twice, whatever their case ("+"
/// is a space), or in its agent or referrer. Immutable; thread-safe.
class RequestRules {
 public:
  explicit RequestRules(const RuleBook& rules);
  /// Those that mean this request, by their place in rules(); none for nearly all requests.
  std::vector<std::size_t> judge(const evidence::Event& request) const;
  const std::vector<const Rule*>& rules() const { return rules_; }

 private:
  struct List {
    std::size_t rule = 0;
    std::vector<std::size_t> words;
  };
  RequestRules(std::vector<const Rule*> rules, std::vector<List> lists, const std::vector<std::string>& words,
               const std::vector<std::string>& longest);
  static RequestRules from(const RuleBook& rules);

  std::vector<const Rule*> rules_;
  std::vector<List> lists_;
  WordFinder finder_;
  GramFilter filter_;
};

/// What a server that decodes it makes of a request's target: "%2527" becomes "'".
std::string decoded_target(std::string_view target);

}  // namespace rescue::detect
