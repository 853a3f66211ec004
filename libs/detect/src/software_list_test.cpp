#include "software_list.hpp"

#include <gtest/gtest.h>

#include "mini_root.hpp"

namespace rescue::detect {
namespace {

TEST(SoftwareList, StandsInTheDocumentWithTheEndOfItsSupport) {
  MiniRoot root;
  root.write("/var/www/html/core/lib/Drupal.php", "const VERSION = '9.5.1';");
  root.write("/srv/shop/wp-includes/version.php", "$wp_version = '6.1.1';");
  root.write("/srv/shop/wp-content/plugins/form/form.php", "<?php\n/*\nPlugin Name: Form\nVersion: 5.1\n*/");
  const auto software = root.investigate().at("software");
  ASSERT_EQ(software.size(), 3U);
  EXPECT_EQ(software[0].at("name"), "WordPress");
  EXPECT_EQ(software[0].at("path"), "/srv/shop");
  EXPECT_EQ(software[0].at("source"), "/srv/shop/wp-includes/version.php");
  EXPECT_EQ(software[0].at("support_ended"), "");
  EXPECT_EQ(software[1].at("version"), "9.5.1");
  EXPECT_EQ(software[1].at("support_ended"), "2023-11-01");
  EXPECT_EQ(software[2].at("kind"), "plugin");
}

TEST(SoftwareList, TellsWhichApplicationAFileBelongsTo) {
  CaseFile file;
  using enum evidence::Software::Kind;
  file.software = {{"Drupal", kApplication, "7.90", "/srv/d", "/srv/d/includes/bootstrap.inc"},
                   {"Views", kPlugin, "3.2", "/srv/d/sites/all/modules/views", "x"}};
  EXPECT_EQ(software_words(file, "/srv/d/up/a.php"),
            " It lies in Drupal 7.90 (/srv/d), whose makers stopped repairing it on 2025-01-05.");
  EXPECT_EQ(
      software_words(file, "/srv/d/sites/all/modules/views/a.php"),
      " It lies in Drupal 7.90 (/srv/d), whose makers stopped repairing it on 2025-01-05, in its plugin "
      "Views 3.2.");
  EXPECT_EQ(software_words(file, "/srv/drupal/a.php"), "");
}

TEST(SoftwareList, HasRoomForSoMany) {
  CaseFile file;
  for (int i = 0; i < 3000; ++i)
    file.software.push_back({"P", evidence::Software::Kind::kPlugin, "1", "/p" + std::to_string(i), "s"});
  file.software.push_back({"WordPress", evidence::Software::Kind::kApplication, "6", "/z", "s"});
  const auto list = software_list(file);
  EXPECT_EQ(list.items.size(), 2000U);
  EXPECT_EQ(list.items[0].at("name"), "WordPress");
  EXPECT_EQ(list.left_out, 1001U);
}

}  // namespace
}  // namespace rescue::detect
