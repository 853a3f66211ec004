#pragma once

#include <string>
#include <vector>

#include "rescue/recovery/postfix_relay.hpp"

namespace rescue::recovery {

enum class Answer { kRefused, kPermitted, kPassedOn };

/// One step of a list of restrictions: "permit_mynetworks", "check_client_access hash:/etc/postfix/x",
/// "warn_if_reject reject_unauth_destination".
struct Restriction {
  std::string word;
  std::string table = {};  ///< what a check_…_access looks up in
  bool warns_only = false;
  std::string text() const;
};
std::vector<Restriction> restrictions_of(const std::vector<std::string>& words);

/// What the settings say to a stranger at one service.
class Stranger {
 public:
  /// Borrows both; `service` null for main.cf alone.
  Stranger(const evidence::PostfixConfig& config, const evidence::SmtpService* service,
           const PostfixFacts& facts);

  /// Why mail for elsewhere is taken; nothing when it is refused.
  std::optional<OpenDoor> open() const;
  /// The words of mynetworks, or of a file that it names, that let everybody in.
  std::vector<std::string> wide_networks() const;
  /// The words of `list`, a list of domains, that stand for every domain.
  std::vector<std::string> wide_domains(const std::string& list) const;
  /// What this one says to a stranger; looks into classes and tables.
  Answer answer_of(const Restriction& restriction) const { return answer_of(restriction, 0); }
  /// A setting as a list; postconf's own value where it is not set.
  std::vector<std::string> list(const std::string& name) const;

 private:
  Answer walk(const std::vector<Restriction>& restrictions, int depth) const;
  Answer answer_of(const Restriction& restriction, int depth) const;
  Answer table_answer(const Restriction& restriction, int depth) const;
  bool names_a_refusal() const;

  const evidence::PostfixConfig& config_;
  const evidence::SmtpService* service_;
  const PostfixFacts& facts_;
  std::vector<std::string> classes_;
  std::vector<std::string> wide_networks_;
  std::string every_domain_;  ///< the setting that stands for every domain
  mutable std::size_t steps_ = 0;
};

}  // namespace rescue::recovery
