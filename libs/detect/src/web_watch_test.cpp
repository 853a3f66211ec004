#include "web_watch.hpp"

#include <gtest/gtest.h>

namespace rescue::detect {
namespace {

/// Files of one grave rule and the addresses at which they appear.
struct Site {
  std::vector<evidence::WebRoot> roots{{"/var/www/html", "/"}, {"/usr/share/pma", "/pma"}, {"/var/www", "/"}};
  std::vector<WebFile> files;
  Rule rule;

  explicit Site(const std::vector<std::string>& paths, Severity severity = Severity::kHigh) {
    rule.severity = severity;
    for (const auto& path : paths) files.push_back({path, Timestamp{}, &rule});
  }
  WebWatch watch() const { return {roots, files}; }
};

TEST(WebWatch, KnowsAFileAtEachOfItsAddresses) {
  const Site site({"/usr/share/pma/a/b.php", "/var/www/html/x.php", "/tmp/y.php"});
  const auto watch = site.watch();
  EXPECT_EQ(watch.file_at("/pma/a/b.php"), 0U);
  EXPECT_EQ(watch.file_at("/x.php?c=id"), 1U);
  EXPECT_EQ(watch.file_at("/html/x.php"), 1U);
  EXPECT_EQ(watch.file_at("/%78.php"), 1U);
  EXPECT_EQ(watch.file_at("/a/../x.php"), 1U);
  for (const auto* other : {"/y.php", "/x.ph", "/x.php.bak", "/a/b.php", "/", "", "*"})
    EXPECT_FALSE(watch.file_at(other)) << other;
}

TEST(WebWatch, SeesThroughPathInfoHoweverLong) {
  const Site site({"/var/www/html/x.php", "/var/www/html/x.php/y.php"});
  const auto watch = site.watch();
  EXPECT_EQ(watch.file_at("/x.php/anything"), 0U);
  EXPECT_EQ(watch.file_at("/x.php/y.php/more"), 1U);
  std::string slashes = "/x.php";
  for (int i = 0; i < 30'000; ++i) slashes += "/a";
  EXPECT_EQ(watch.file_at(slashes), 0U);
}

TEST(WebWatch, LeavesTheLessGraveAlone) {
  const Site site({"/var/www/html/x.php"}, Severity::kLow);
  EXPECT_FALSE(site.watch().file_at("/x.php"));
}

TEST(WebWatch, FindsOneAmongManyAsWellAsAmongFew) {
  std::vector<std::string> paths;
  for (int i = 0; i < 50'000; ++i) paths.push_back("/var/www/html/s" + std::to_string(i) + ".php");
  const Site site(paths);
  const auto watch = site.watch();
  for (const std::size_t i : {0U, 31U, 32U, 49'999U})
    EXPECT_EQ(watch.file_at("/s" + std::to_string(i) + ".php"), i);
  EXPECT_FALSE(watch.file_at("/s50000.php"));
}

}  // namespace
}  // namespace rescue::detect
