#include "rescue/evidence/software.hpp"

#include <gtest/gtest.h>

#include "temp_tree.hpp"

namespace rescue::evidence {
namespace {

std::string told(std::string_view path, std::string_view text) {
  if (!may_name_software(path)) return "not looked at";
  std::string out;
  for (const auto& piece : read_software(path, text)) {
    out += (out.empty() ? "" : "; ") + piece.name + "|" + std::string(to_string(piece.kind)) + "|" +
           piece.version + "|" + piece.path;
  }
  return out;
}

TEST(Software, ReadsTheVersionsOfApplications) {
  EXPECT_EQ(
      told("/srv/shop/wp-includes/version.php",
           "<?php\n/**\n * @global string $wp_version\n */\n$wp_version = '6.1.1';\n$wp_db_version = 53496;"),
      "WordPress|application|6.1.1|/srv/shop");
  EXPECT_EQ(told("/srv/j/administrator/manifests/files/joomla.xml", "<extension><version>4.2.3</version>"),
            "Joomla|application|4.2.3|/srv/j");
  EXPECT_EQ(told("/srv/j/libraries/cms/version/version.php",
                 "const RELEASE = '3.10';\n/** DEV_LEVEL of it */\nconst DEV_LEVEL = '12';"),
            "Joomla|application|3.10.12|/srv/j");
  EXPECT_EQ(told("/srv/d/core/lib/Drupal.php", "  const VERSION = '9.5.1';"),
            "Drupal|application|9.5.1|/srv/d");
  EXPECT_EQ(
      told("/srv/d/includes/bootstrap.inc", "define('VERSION', '7.90');\ndefine('DRUPAL_CORE', '7.x');"),
      "Drupal|application|7.90|/srv/d");
  EXPECT_EQ(told("/usr/share/phpmyadmin/libraries/classes/Version.php",
                 "namespace PhpMyAdmin;\n public const VERSION = '5.2.1' . VERSION_SUFFIX;"),
            "phpMyAdmin|application|5.2.1|/usr/share/phpmyadmin");
  EXPECT_EQ(told("/w/program/include/iniset.php", "define('RCMAIL_VERSION', '1.6.5');"),
            "Roundcube|application|1.6.5|/w");
  EXPECT_EQ(told("/w/includes/Defines.php", "define( 'MW_VERSION', '1.39.5' );"),
            "MediaWiki|application|1.39.5|/w");
  EXPECT_EQ(told("/w/VERSION", "2020-07-29 \"Hogfather\"\n"), "DokuWiki|application|2020-07-29|/w");
  EXPECT_EQ(told("/w/app/Mage.php", "'major' => '1', 'minor' => '9', 'revision' => '4', 'patch' => '5'"),
            "Magento|application|1.9.4|/w");
  EXPECT_EQ(told("/w/version.php", "// nextcloud\n$OC_VersionString = '25.0.3';"),
            "Nextcloud|application|25.0.3|/w");
  EXPECT_EQ(told("/w/src/Eccube/Common/Constant.php", "const VERSION = '4.2.1';"),
            "EC-CUBE|application|4.2.1|/w");
}

TEST(Software, ReadsPluginsThemesAndFrameworks) {
  EXPECT_EQ(
      told("/w/wp-content/plugins/form/form.php", "<?php\n/*\nPlugin Name: Form 7\n * Version: 5.1.1\n*/"),
      "Form 7|plugin|5.1.1|/w/wp-content/plugins/form");
  EXPECT_EQ(told("/w/wp-content/plugins/hello.php", "<?php\n/**\n * Plugin Name: Hello\n */"),
            "Hello|plugin||/w/wp-content/plugins/hello.php");
  EXPECT_EQ(told("/w/wp-content/plugins/form/inc/part.php", "Plugin Name: x"), "not looked at");
  EXPECT_EQ(told("/w/wp-content/themes/one/style.css", "/*\nTheme Name: One\nVersion: 2.0\n*/"),
            "One|theme|2.0|/w/wp-content/themes/one");
  EXPECT_EQ(told("/w/modules/contrib/views_x/views_x.info.yml",
                 "name: 'Views X'\ntype: module\nversion: '8.x-1.2'\n"),
            "Views X|plugin|8.x-1.2|/w/modules/contrib/views_x");
  EXPECT_EQ(told("/w/sites/all/modules/x/x.info", "name = X\nversion = \"7.x-3.2\"\n"),
            "X|plugin|7.x-3.2|/w/sites/all/modules/x");
  EXPECT_EQ(told("/w/modules/node/node.info", "name = Node\nversion = \"7.90\"\nproject = \"drupal\"\n"), "");
  EXPECT_EQ(told("/w/administrator/components/com_shop/shop.xml",
                 "<extension type=\"component\"><name>Shop</name><author>A</author><version>1.2</version>"),
            "Shop|plugin|1.2|/w/administrator/components/com_shop");
  EXPECT_EQ(
      told("/w/composer.lock",
           R"({"packages": [{"name": "laravel/framework", "version": "v9.1.0"}, {"name": "phpunit/phpunit",
                 "version": "4.8.27"}]})"),
      "Laravel|framework|9.1.0|/w; PHPUnit|framework|4.8.27|/w");
}

TEST(Software, TakesNothingFromWhatSaysNothing) {
  EXPECT_EQ(told("/w/wp-includes/version.php", "<?php $wp_version = getenv('v');"), "");
  EXPECT_EQ(told("/w/version.php", "<?php echo '1.2';"), "");
  EXPECT_EQ(told("/w/VERSION", "1.2.3\n"), "");
  EXPECT_EQ(told("/w/composer.lock", "\"name\": \"laravel/framework\""), "");
  EXPECT_EQ(told("/w/vendor/x/y/composer.lock", "x"), "not looked at");
  EXPECT_EQ(told("/usr/share/doc/dokuwiki/VERSION", "2022-07-31b \"Igor\"\n"), "not looked at");
  EXPECT_EQ(told("/w/index.php", "$wp_version = '1'"), "not looked at");
  const auto longest = told("/w/wp-includes/version.php", "$wp_version = '" + std::string(5000, '1'));
  EXPECT_EQ(longest, "WordPress|application|" + std::string(40, '1') + "|/w");
}

/// One file that is met under two names is one piece of software, by the first of them whoever came first.
TEST(Software, IsGatheredOnceForEachFile) {
  TempTree tree;
  tree.write("/srv/w/wp-includes/version.php", "$wp_version = '6.1.1';");
  tree.link("/srv/z", "w");
  const auto root = tree.root();
  std::vector<std::string> paths{"/srv/w/wp-includes/version.php", "/srv/z/wp-includes/version.php"};
  for (int turn = 0; turn < 2; ++turn, std::reverse(paths.begin(), paths.end())) {
    SoftwareReader reader;
    FileBytes bytes(root);
    for (const auto& path : paths) {
      ASSERT_TRUE(reader.wants(path, *root.info(path)));
      ASSERT_TRUE(bytes.open(path));
      reader.look(0, path, bytes);
    }
    const auto found = reader.take();
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].path, "/srv/w");
  }
}

}  // namespace
}  // namespace rescue::evidence
