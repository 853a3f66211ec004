#pragma once

#include <string>
#include <string_view>

#include "document_parts.hpp"

namespace rescue::detect {

/// The document's `software`: applications before frameworks, plug-ins and themes when there is no room for
/// all.
DocumentList software_list(const CaseFile& file);

/// " It lies in WordPress 5.8 (/srv/shop), in its plugin Form 5.1." for a file of an application; empty for
/// others. Versions are those that the software says of itself.
std::string software_words(const CaseFile& file, std::string_view path);

/// When its makers stopped repairing weaknesses of that version: "2025-01-05". Empty where that is not known
/// here, which does not mean that they still do.
std::string_view support_ended(std::string_view name, std::string_view version);

}  // namespace rescue::detect
