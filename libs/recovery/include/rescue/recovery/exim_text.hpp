#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rescue::recovery {

/// What a change of a text came to.
struct EditedText {
  std::string text;
  std::vector<std::string> gone;  ///< words that let everybody in; empty: the text is as it was
};

/// Debian's update-exim4.conf.conf without the words of dc_relay_nets and dc_relay_domains that stand for
/// everybody (';' divides, update-exim4.conf(8)). Where networks go, `own` come in their place;
/// loopback Debian adds itself.
EditedText without_everybody_debian(std::string_view text, const std::vector<std::string>& own);

/// Exim's settings without such words in "hostlist relay_from_hosts" and "domainlist relay_to_domains", lines
/// that go on by a backslash included (spec.txt, 10: ':' divides and is doubled in a word, "<;" names another
/// divider). Lists that name files, other lists or look things up keep those words.
/// Where networks go, `own` and loopback come in their place.
EditedText without_everybody_exim(std::string_view text, const std::vector<std::string>& own);

/// The answer to RCPT in what `exim -bh` prints: 250, 550 …; 0 where there is none.
int recipient_answer(std::string_view output);
/// "Configuration file is /x" of `exim -bV`; "" where it does not say.
std::string configuration_file(std::string_view output);

}  // namespace rescue::recovery
