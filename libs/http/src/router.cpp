#include "router.hpp"

#include <set>
#include <stdexcept>

#include "target.hpp"

namespace rescue::http {
namespace {

bool is_parameter(std::string_view segment) {
  return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}

std::vector<std::string> split(const std::string& pattern) {
  if (!pattern.starts_with('/')) throw std::runtime_error("route " + pattern + " does not begin with /");
  std::vector<std::string> out;
  std::set<std::string> names;
  for (std::size_t at = 1; at <= pattern.size();) {
    const auto slash = std::min(pattern.find('/', at), pattern.size());
    out.push_back(pattern.substr(at, slash - at));
    if (out.back().empty()) throw std::runtime_error("route " + pattern + " has an empty segment");
    if (is_parameter(out.back()) && !names.insert(out.back()).second) {
      throw std::runtime_error("route " + pattern + " names a parameter twice");
    }
    at = slash + 1;
  }
  return out;
}

bool takes(const std::vector<std::string>& pattern, const std::vector<std::string>& segments) {
  if (pattern.size() != segments.size()) return false;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (is_parameter(pattern[i]) ? segments[i].empty() : pattern[i] != segments[i]) return false;
  }
  return true;
}

/// Does `a` have a literal where `b` has a parameter, at the first segment where they differ?
bool more_literal(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (is_parameter(a[i]) != is_parameter(b[i])) return is_parameter(b[i]);
  }
  return false;
}

}  // namespace

Router::Router(std::vector<Route> routes) {
  for (auto& route : routes) {
    Entry entry{.route = std::move(route), .segments = {}};
    entry.segments = split(entry.route.pattern);
    if (!entry.route.handler == !entry.route.late_handler) {
      throw std::runtime_error("route " + entry.route.pattern + " needs one handler");
    }
    for (const auto& other : entries_) {
      if (other.route.method == entry.route.method && same_shape(other, entry)) {
        throw std::runtime_error("two routes take " + entry.route.pattern);
      }
    }
    entries_.push_back(std::move(entry));
  }
}

bool Router::same_shape(const Entry& a, const Entry& b) {
  if (a.segments.size() != b.segments.size()) return false;
  for (std::size_t i = 0; i < a.segments.size(); ++i) {
    const bool both = is_parameter(a.segments[i]) && is_parameter(b.segments[i]);
    if (!both && a.segments[i] != b.segments[i]) return false;
  }
  return true;
}

const Router::Entry* Router::best(const std::vector<std::string>& segments) const {
  const Entry* found = nullptr;
  for (const auto& entry : entries_) {
    if (!takes(entry.segments, segments)) continue;
    if (found == nullptr || more_literal(entry.segments, found->segments)) found = &entry;
  }
  return found;
}

Router::Match Router::find(std::string_view method, const std::vector<std::string>& segments) const {
  Match match;
  const Entry* shape = best(segments);
  if (shape == nullptr) return match;
  const auto wanted = method == "HEAD" ? "GET" : method;
  const Entry* chosen = nullptr;
  for (const auto& entry : entries_) {
    if (!same_shape(entry, *shape)) continue;
    const auto name = to_string(entry.route.method);
    match.allow += std::string(name) + (name == "GET" ? ", HEAD, " : ", ");
    if (name == wanted) chosen = &entry;
  }
  match.allow += "OPTIONS";
  match.pattern = shape->route.pattern;
  if (chosen == nullptr) return match;
  match.route = &chosen->route;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const auto& name = chosen->segments[i];
    if (is_parameter(name)) match.params.emplace(name.substr(1, name.size() - 2), segments[i]);
  }
  return match;
}

}  // namespace rescue::http
