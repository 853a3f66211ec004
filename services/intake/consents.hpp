#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "rescue/base/json.hpp"
#include "rescue/catalog/annexes.hpp"

namespace rescue::intake {

/// The consent texts that an order is read against.
struct OfferedConsents {
  std::shared_ptr<const catalog::ConsentTexts> texts;
  std::chrono::sys_days today;
  std::vector<catalog::Consent> in_force;  ///< today, one for each item

  /// kUnavailable ("annex-missing") when an item has no text in force.
  static Result<OfferedConsents> at(const catalog::AnnexSnapshot& annexes, Timestamp now);
};

/// R33–R45: what an order accepts, item by item. `given` is its `consents`: {id, text_version, language} as
/// the web form showed the text, or an id alone, which means the text in force in Japanese and says nothing
/// of what was shown. A text counts that was in force on a day since the quote was made. kInvalid
/// ("missing-consent", "unknown-consent", "consent-not-in-force", "duplicate-item" …) with its pointer.
/// Gives [{id, rule, version, text: {ja, en}, language, text_sha256, shown}].
Result<Json> accept_consents(const Json* given, const OfferedConsents& offered, const std::string& quote_id);

}  // namespace rescue::intake
