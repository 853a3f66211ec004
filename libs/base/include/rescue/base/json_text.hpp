#pragma once

#include <string>
#include <string_view>

#include "rescue/base/json.hpp"

namespace rescue {

/// Appends `text` as a JSON string, byte for byte as dump_json(Json(text)) would write it: bytes that are no
/// UTF-8 are replaced.
void append_json_string(std::string& out, std::string_view text);

/// Writes one JSON object member by member, without building a Json first. Members come in the order of the
/// calls: give them sorted by name where the bytes are to be those of dump_json. Names are written as they
/// are.
///   JsonObjectText out;
///   out.text("actor", actor).integer("at_us", at_us);
///   std::string json = out.done();
class JsonObjectText {
 public:
  JsonObjectText& text(std::string_view name, std::string_view value);
  JsonObjectText& integer(std::string_view name, std::int64_t value);
  JsonObjectText& number(std::string_view name, double value);
  /// `json` is JSON already.
  JsonObjectText& json(std::string_view name, std::string_view json);
  /// The members so far, without the braces.
  std::string_view members() const { return std::string_view(out_).substr(1); }
  /// The object; nothing may be added after it.
  std::string done();

 private:
  void begin(std::string_view name);
  std::string out_ = "{";
};

}  // namespace rescue
