#pragma once

#include <string>

#include "rescue/base/json.hpp"

// What a responder's answer says, read as a hostile server's: what is not there, or of another type, is
// empty.
namespace rescue::worker {

std::string text_in(const Json& from, const char* key);
std::int64_t number_in(const Json& from, const char* key);
Json object_in(const Json& from, const char* key);
Json list_in(const Json& from, const char* key);

/// {problem, detail}, for a document.
Json failure_json(const Error& error);

/// Whether a failed step ends the attempt: the lock is another's, the link is lost, the job was cancelled.
/// Every other failure is the step's own, and is told.
bool ends_attempt(const Error& error);

}  // namespace rescue::worker
