#include "answers.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace rescue::worker {

std::string text_in(const Json& from, const char* key) {
  const auto at = from.find(key);
  return at != from.end() && at->is_string() ? at->get<std::string>() : std::string();
}

std::int64_t number_in(const Json& from, const char* key) {
  const auto at = from.find(key);
  return at != from.end() && at->is_number_integer() ? at->get<std::int64_t>() : 0;
}

Json object_in(const Json& from, const char* key) {
  const auto at = from.find(key);
  return at != from.end() && at->is_object() ? *at : Json::object();
}

Json list_in(const Json& from, const char* key) {
  const auto at = from.find(key);
  return at != from.end() && at->is_array() ? *at : Json::array();
}

Json failure_json(const Error& error) {
  return {{"problem", error.problem}, {"detail", error.detail}};
}

bool ends_attempt(const Error& error) {
  constexpr std::array<std::string_view, 9> kOfTheStep{
      "changed-since",   "configuration-refused", "unsafe-file",    "responder-refused", "not-as-planned",
      "program-missing", "program-timed-out",     "record-damaged", "no-such-step"};
  return std::find(kOfTheStep.begin(), kOfTheStep.end(), error.problem) == kOfTheStep.end();
}

}  // namespace rescue::worker
