#include "rescue/service/message_body.hpp"

namespace rescue::service {
namespace {

ErrorCode code_from_text(std::string_view text) {
  for (const auto code :
       {ErrorCode::kInvalid, ErrorCode::kForbidden, ErrorCode::kNotFound, ErrorCode::kConflict,
        ErrorCode::kTooLarge, ErrorCode::kUnavailable, ErrorCode::kTimeout, ErrorCode::kInternal}) {
    if (to_string(code) == text) return code;
  }
  return ErrorCode::kConflict;
}

}  // namespace

Status fields_read(JsonReader& in) {
  auto status = in.done();
  if (!status && status.error().problem == "unknown-field") return {};
  return status;
}

Json error_to_json(const Error& error) {
  return {{"code", to_string(error.code)},
          {"problem", error.problem},
          {"detail", error.detail},
          {"pointer", error.pointer}};
}

Error error_from_json(const Json& json) {
  const auto text = [&](const char* key) {
    const auto it = json.find(key);
    return it != json.end() && it->is_string() ? it->get<std::string>() : std::string();
  };
  return {code_from_text(text("code")), text("problem"), text("detail"), text("pointer")};
}

}  // namespace rescue::service
