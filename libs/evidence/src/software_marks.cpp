#include "software_marks.hpp"

#include <algorithm>

namespace rescue::evidence {
namespace {

using enum Software::Kind;

// Where each application keeps its version: read in its published source.
constexpr SoftwareMark kMarks[] = {
    {"WordPress", kApplication, "/wp-includes/version.php", {"$wp_version"}},
    {"Joomla", kApplication, "/administrator/manifests/files/joomla.xml", {"<version>"}},
    {"Joomla", kApplication, "/libraries/cms/version/version.php", {"RELEASE", "DEV_LEVEL"}},
    {"Drupal", kApplication, "/core/lib/Drupal.php", {"VERSION"}},
    {"Drupal", kApplication, "/includes/bootstrap.inc", {"'VERSION'"}, "DRUPAL"},
    {"phpMyAdmin", kApplication, "/libraries/classes/Version.php", {"VERSION"}, "PhpMyAdmin"},
    {"phpMyAdmin", kApplication, "/src/Version.php", {"VERSION"}, "PhpMyAdmin"},
    {"phpMyAdmin", kApplication, "/libraries/classes/Config.php", {"'PMA_VERSION'"}},
    {"phpMyAdmin", kApplication, "/libraries/Config.class.php", {"'PMA_VERSION'"}},
    {"Roundcube", kApplication, "/program/include/iniset.php", {"'RCMAIL_VERSION'"}},
    {"MediaWiki", kApplication, "/includes/Defines.php", {"'MW_VERSION'"}},
    {"MediaWiki", kApplication, "/includes/DefaultSettings.php", {"$wgVersion"}},
    {"PrestaShop", kApplication, "/config/settings.inc.php", {"'_PS_VERSION_'"}},
    {"PrestaShop", kApplication, "/app/AppKernel.php", {"VERSION"}, "PrestaShop"},
    {"PrestaShop", kApplication, "/src/Core/Version.php", {"VERSION"}, "PrestaShop"},
    {"Magento", kApplication, "/app/Mage.php", {"'major'", "'minor'", "'revision'"}},
    {"Nextcloud", kApplication, "/version.php", {"$OC_VersionString"}, "nextcloud"},
    {"ownCloud", kApplication, "/version.php", {"$OC_VersionString"}, "owncloud"},
    {"Moodle", kApplication, "/version.php", {"$release"}, "MOODLE"},
    {"TYPO3", kApplication, "/typo3/sysext/core/Classes/Information/Typo3Version.php", {"VERSION"}},
    {"phpBB", kApplication, "/includes/constants.php", {"'PHPBB_VERSION'"}},
    {"Matomo", kApplication, "/core/Version.php", {"VERSION"}, "Piwik"},
    {"EC-CUBE", kApplication, "/src/Eccube/Common/Constant.php", {"VERSION"}},
    {"EC-CUBE", kApplication, "/data/mtb_constants_init.php", {"'ECCUBE_VERSION'"}},
    {"Movable Type", kApplication, "/lib/MT.pm", {"PRODUCT_VERSION"}},
    {"baserCMS", kApplication, "/lib/Baser/VERSION.txt", {""}},
    {"DokuWiki", kApplication, "/VERSION", {""}, "\""},
    {"Laravel",
     kFramework,
     "/vendor/laravel/framework/src/Illuminate/Foundation/Application.php",
     {"VERSION"}},
};

constexpr std::size_t kMostBytes = 40;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_version(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '-' ||
         c == '+' || c == '_';
}

/// At the front of `text`; empty where none begins there.
std::string_view version_at(std::string_view text) {
  constexpr std::size_t kMostBetween = 12;
  const auto begin = text.substr(0, kMostBetween).find_first_not_of(" \t'\"=>,:");
  if (begin == text.npos) return "";
  text.remove_prefix(begin);
  const bool v = text.size() > 1 && text[0] == 'v' && is_digit(text[1]);
  if (v) text.remove_prefix(1);
  if (text.empty() || !is_digit(text[0])) return "";
  const auto end = std::find_if_not(text.begin(), text.end(), is_version);
  return text.substr(0, std::min<std::size_t>(static_cast<std::size_t>(end - text.begin()), kMostBytes));
}

}  // namespace

const SoftwareMark* next_mark(std::string_view path, const SoftwareMark* last) {
  const auto* from = last == nullptr ? std::begin(kMarks) : last + 1;
  const auto* at = std::find_if(from, std::end(kMarks),
                                [&](const SoftwareMark& mark) { return path.ends_with(mark.path_end); });
  return at == std::end(kMarks) ? nullptr : at;
}

std::string version_behind(std::string_view word, std::string_view text) {
  if (word.empty()) return std::string(version_at(text));
  for (auto at = text.find(word); at != text.npos; at = text.find(word, at + 1)) {
    const auto version = version_at(text.substr(at + word.size()));
    if (!version.empty()) return std::string(version);
  }
  return "";
}

std::string marked_version(const SoftwareMark& mark, std::string_view text) {
  if (text.find(mark.needs) == text.npos) return "";
  std::string version;
  for (std::size_t i = 0; i < mark.before.size() && (i == 0 || !mark.before.at(i).empty()); ++i) {
    const auto part = version_behind(mark.before.at(i), text);
    if (part.empty()) return "";
    version += (version.empty() ? "" : ".") + part;
  }
  return version.substr(0, kMostBytes);
}

}  // namespace rescue::evidence
