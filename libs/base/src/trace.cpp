#include "rescue/base/trace.hpp"

#include "rescue/base/id.hpp"

namespace rescue {
namespace {

bool is_hex_not_zero(std::string_view text) {
  return text.find_first_not_of("0123456789abcdef") == std::string_view::npos &&
         text.find_first_not_of('0') != std::string_view::npos;
}

}  // namespace

Trace Trace::start() {
  return {random_hex(16), random_hex(8)};
}
Trace Trace::child() const {
  return {trace_id, random_hex(8)};
}
std::string Trace::traceparent() const {
  return "00-" + trace_id + "-" + span_id + "-01";
}

std::optional<Trace> Trace::parse(std::string_view header) {
  if (header.size() != 55 || header.substr(0, 3) != "00-" || header[35] != '-' || header[52] != '-')
    return {};
  const auto trace = header.substr(3, 32);
  const auto span = header.substr(36, 16);
  if (!is_hex_not_zero(trace) || !is_hex_not_zero(span)) return {};
  return Trace{std::string(trace), std::string(span)};
}

}  // namespace rescue
