#pragma once

#include <set>
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

/// A word that lets everybody in.
struct WideWord {
  std::string word;
  std::string file = {};      ///< that mynetworks names and in which the word stands
  bool among_others = false;  ///< a table that has more than everybody: it cannot be taken out as a whole
};

/// What the settings say to a stranger at one service.
class Stranger {
 public:
  /// Borrows both; `service` null for main.cf alone.
  Stranger(const evidence::PostfixConfig& config, const evidence::SmtpService* service,
           const PostfixFacts& facts);

  /// Why mail for elsewhere is taken, or what may let it be.
  RelayView look() const;
  /// The words of mynetworks, or of files that it names, that let everybody in.
  std::vector<WideWord> wide_networks() const;
  /// The words of `list`, a list of domains, that stand for every domain.
  std::vector<std::string> wide_domains(const std::string& list) const;
  /// What this one says to a stranger; looks into classes and tables.
  Answer answer_of(const Restriction& restriction) const { return answer_of(restriction, 0); }
  /// A setting as a list; postconf's own value where it is not set.
  std::vector<std::string> list(const std::string& name) const;

 private:
  enum class Outcome { kRefused, kUnsure, kPassed };
  /// Whether one of smtpd's lists refuses, and for certain.
  Outcome outcome_of(const std::string& name) const;
  OpenDoor door() const;
  Answer walk(const std::vector<Restriction>& restrictions, int depth) const;
  Answer answer_of(const Restriction& restriction, int depth) const;
  Answer table_answer(const Restriction& restriction, int depth) const;
  Answer said_by_table(const std::string& result, int depth) const;
  Answer text_answer(const Restriction& restriction, int depth) const;
  bool says_yes(const std::string& table, const std::string& key, int depth) const;
  std::optional<std::string> ask(const std::string& table, const std::string& key) const;
  bool whole_table_is_wide(const std::string& word, bool& among_others) const;
  std::vector<std::string> own_domains() const;
  void note(std::string what) const { notes_.insert(std::move(what)); }
  bool names_a_refusal() const;

  const evidence::PostfixConfig& config_;
  const evidence::SmtpService* service_;
  const PostfixFacts& facts_;
  std::vector<std::string> classes_;
  std::vector<WideWord> wide_networks_;
  std::string every_domain_;  ///< the setting that stands for every domain
  mutable std::size_t steps_ = 0;
  mutable std::set<std::string> notes_;    ///< what could not be judged of the list that is looked at
  mutable std::set<std::string> unknown_;  ///< settings and lists that nobody tells
};

}  // namespace rescue::recovery
