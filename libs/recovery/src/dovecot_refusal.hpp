#pragma once

#include "rescue/recovery/account_text.hpp"
#include "rescue/recovery/response_plan.hpp"

namespace rescue::recovery {

/// How Dovecot is made to refuse a user before it asks anything else.
struct DovecotRefusal {
  bool already = false;
  std::string why_not = {};  ///< a person's, and why
  std::vector<FileChange> files = {};
};

/// A list of users with `deny = yes` (Dovecot 2.3, "passdb") that is asked first: in a file of conf.d where
/// that comes before every other source, else at the head of dovecot.conf. `sources` in the order in which
/// `doveconf -n` tells them. Errors of the files.
Result<DovecotRefusal> refuse_at_dovecot(const ServerFiles& files, const std::vector<PasswordSource>& sources,
                                         const std::string& account);

}  // namespace rescue::recovery
