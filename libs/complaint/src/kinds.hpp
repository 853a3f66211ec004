#pragma once

#include <optional>
#include <string_view>

#include "rescue/complaint/complaint.hpp"

namespace rescue::complaint {

struct KindAndCategory {
  Kind kind = Kind::kOther;
  Category category = Category::kUnknown;
};

/// The category that follows from a kind; kUnknown for kOther.
Category category_of(Kind kind);
/// By the type's name in X-ARF, XARF 3 and XARF 4 ("login-attack", "LoginAttack", "login_attack" are one).
/// What is not known is kOther, kUnknown.
KindAndCategory kind_of_type(std::string_view type);
/// What a text complains of, by the words it uses. Several kinds: kOther. Nothing: it uses none of them.
std::optional<KindAndCategory> kind_of_text(std::string_view text);

}  // namespace rescue::complaint
