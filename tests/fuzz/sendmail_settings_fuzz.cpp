#include "fuzz_input.hpp"
#include "rescue/evidence/mail_config.hpp"

using namespace rescue;  // NOLINT(google-build-using-namespace): a program of one function

/// The same bytes as each of the three files.
void fuzz_one(std::string_view input) {
  evidence::SendmailConfig config;
  evidence::parse_sendmail_cf(input, "/etc/mail/sendmail.cf", config);
  evidence::parse_sendmail_access(input, "/etc/mail/access", config);
  evidence::parse_relay_domains(input, "/etc/mail/relay-domains", config);
  for (const auto& word : config.relay_words)
    if (word.value.empty() || word.line == 0) __builtin_trap();
}
