#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rescue/recovery/response_plan.hpp"

namespace rescue::recovery {

/// What says whether a password is right, where somebody logs in to the mail servers here.
struct LoginSources {
  bool dovecot = false;                     ///< whatever Dovecot asks
  bool system = false;                      ///< PAM or /etc/shadow
  bool sasldb = false;                      ///< Cyrus' own data base
  std::vector<std::string> sasldb_paths{};  ///< besides the usual ones
  std::string realm{};                      ///< that sasldb takes for a name without one; "" where not known
  std::vector<std::string> files{};         ///< of names and crypt(3) passwords, which Exim reads
  std::vector<std::string> others{};        ///< what is not known here, in words
  bool any() const { return dovecot || system || sasldb || !files.empty() || !others.empty(); }
};

/// Of Postfix, Exim and Sendmail as they are set up (SASL_README of Postfix; Exim's spec, 33–42; Cyrus'
/// options.html). A mail server that cannot tell is among `others`.
LoginSources login_sources(const LiveServer& server);

/// One line of `exim -bP authenticators` after the other (spec, 5.2): what each that serves asks.
/// `saslauthd`: one of them asks that daemon.
void add_exim_authenticators(std::string_view told, LoginSources& sources, bool& saslauthd);

/// Cyrus' settings of one program ("pwcheck_method: saslauthd"); empty text for its defaults.
void add_cyrus_settings(std::string_view settings, LoginSources& sources, bool& saslauthd);

/// saslauthd(8)'s command line: the mechanism, and whether it remembers passwords (-c).
struct Saslauthd {
  std::string mechanism;
  bool remembers = false;
};
Saslauthd saslauthd_of(const std::vector<std::string>& words);

/// Has saslauthd forget the passwords that it remembers, for hours: it is started again. Adds to the step, or
/// a person's part to the plan where nothing is known that starts it. Nothing where none remembers.
void forget_remembered(const LiveServer& server, const std::string& account, Step& step, ResponsePlan& plan);

}  // namespace rescue::recovery
