#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace rescue {

/// W3C Trace Context (https://www.w3.org/TR/trace-context/, version 00): the ids that join one request's logs
/// across services.
struct Trace {
  std::string trace_id;  ///< 32 lower-case hex digits
  std::string span_id;   ///< 16 lower-case hex digits

  static Trace start();
  /// The same trace with a new span.
  Trace child() const;
  /// "00-<trace_id>-<span_id>-01"
  std::string traceparent() const;
  /// Nothing unless `header` is a valid version-00 traceparent with non-zero ids.
  static std::optional<Trace> parse(std::string_view header);
};

}  // namespace rescue
