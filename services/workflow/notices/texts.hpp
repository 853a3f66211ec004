#pragma once

#include <string>
#include <vector>

#include "rescue/base/json.hpp"

namespace rescue::workflow {

/// The templates (data/notices.json), filled: {version, ja: {subject, text}, en: {subject, text}}. A fact is
/// a text, or {ja, en}; what it holds is put in as it is and not looked at for further marks. Control and
/// direction characters are taken out, line ends stay in `text` only; a subject has at most 200 bytes. Throws
/// std::runtime_error for a kind without a template or a mark without a fact: a fault of the build.
Json notice_texts(const std::string& kind, const Json& facts);

/// Every kind of notice there is.
std::vector<std::string> notice_kinds();
/// {ja, en}: what a work item is called.
Json work_item_words(const std::string& work_item);
/// "55,000"
std::string with_thousands(std::int64_t number);

}  // namespace rescue::workflow
