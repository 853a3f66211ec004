#include "rescue/evidence/software.hpp"

#include <algorithm>
#include <optional>

#include "rescue/evidence/line_reader.hpp"
#include "software_marks.hpp"

namespace rescue::evidence {
namespace {

constexpr std::size_t kMostNameBytes = 120, kMostVersionBytes = 40;

std::string_view folder_of(std::string_view path) {
  return path.substr(0, std::min(path.rfind('/'), path.size()));
}

std::string trimmed(std::string_view text, std::size_t most) {
  constexpr std::string_view kBlank = " \t\r'\";";
  const auto begin = text.find_first_not_of(kBlank);
  if (begin == text.npos) return "";
  text = text.substr(begin, text.find_last_not_of(kBlank) + 1 - begin);
  return std::string(text.substr(0, most));
}

/// What stands behind `key` in the first line that has it, after nothing but blanks and stars.
std::string field(std::string_view text, std::string_view key) {
  while (!text.empty()) {
    auto line = take_line(text);
    line.remove_prefix(std::min(line.find_first_not_of(" \t/*#@"), line.size()));
    if (line.starts_with(key)) return std::string(line.substr(key.size()));
  }
  return "";
}

std::string between(std::string_view text, std::string_view begin, std::string_view end) {
  const auto at = text.find(begin);
  if (at == text.npos) return "";
  text.remove_prefix(at + begin.size());
  return trimmed(text.substr(0, std::min(text.find(end), kMostNameBytes)), kMostNameBytes);
}

/// How many folders `path` lies below the one that ends with `folder`; none where it does not.
std::optional<std::ptrdiff_t> depth_below(std::string_view path, std::string_view folder) {
  const auto at = path.rfind(folder);
  if (at == path.npos) return std::nullopt;
  const auto rest = path.substr(at + folder.size());
  return std::count(rest.begin(), rest.end(), '/');
}

bool is_wordpress_plugin(std::string_view path) {
  if (!path.ends_with(".php")) return false;
  for (const std::string_view folder : {"/wp-content/plugins/", "/wp-content/mu-plugins/"}) {
    if (depth_below(path, folder).value_or(2) <= 1) return true;
  }
  return false;
}
bool is_wordpress_theme(std::string_view path) {
  return path.ends_with("/style.css") && depth_below(path, "/wp-content/themes/") == 1;
}
bool is_drupal_extension(std::string_view path) {
  const bool named = path.ends_with(".info.yml") || path.ends_with(".info");
  const bool placed = path.find("/modules/") != path.npos || path.find("/themes/") != path.npos;
  return named && placed && path.find("/core/") == path.npos;
}
bool is_joomla_extension(std::string_view path) {
  if (!path.ends_with(".xml")) return false;
  if (path.ends_with("/templateDetails.xml")) return true;
  return path.find("/administrator/components/com_") != path.npos ||
         path.find("/modules/mod_") != path.npos || path.find("/plugins/") != path.npos;
}
/// What lies in the list of a part is what its makers work with, not what is installed.
bool is_composer_list(std::string_view path) {
  const bool of_part = path.find("/vendor/") != path.npos;
  return (path.ends_with("/composer.lock") && !of_part) || path.ends_with("/vendor/composer/installed.json");
}

/// The header of a plug-in or theme stands in its first 8 KiB, for WordPress as well.
void read_wordpress(std::string_view path, std::string_view text, std::vector<Software>& out) {
  const bool theme = is_wordpress_theme(path);
  const auto header = text.substr(0, 8192);
  const auto name = trimmed(field(header, theme ? "Theme Name:" : "Plugin Name:"), kMostNameBytes);
  if (name.empty()) return;
  const bool alone = !theme && depth_below(path, "plugins/") == 0;
  out.push_back({.name = name,
                 .kind = theme ? Software::Kind::kTheme : Software::Kind::kPlugin,
                 .version = trimmed(field(header, "Version:"), kMostVersionBytes),
                 .path = std::string(alone ? path : folder_of(path)),
                 .source = std::string(path)});
}

void read_drupal(std::string_view path, std::string_view text, std::vector<Software>& out) {
  const std::string_view sign = path.ends_with(".yml") ? ":" : " =";
  const auto value = [&](const char* key) {
    return trimmed(field(text, std::string(key).append(sign)), kMostNameBytes);
  };
  const auto version = value("version");
  if (version.empty() || version[0] < '0' || version[0] > '9' || value("project") == "drupal") return;
  out.push_back(
      {.name = value("name"),
       .kind = path.find("/themes/") == path.npos ? Software::Kind::kPlugin : Software::Kind::kTheme,
       .version = version.substr(0, kMostVersionBytes),
       .path = std::string(folder_of(path)),
       .source = std::string(path)});
}

void read_joomla(std::string_view path, std::string_view text, std::vector<Software>& out) {
  const bool manifest = text.find("<extension") != text.npos || text.find("<install ") != text.npos;
  const auto version = version_behind("<version>", text);
  // What Joomla brings itself has Joomla's own version.
  if (!manifest || version.empty() || between(text, "<author>", "<") == "Joomla! Project") return;
  out.push_back(
      {.name = between(text, "<name>", "<"),
       .kind = path.ends_with("/templateDetails.xml") ? Software::Kind::kTheme : Software::Kind::kPlugin,
       .version = version,
       .path = std::string(folder_of(path)),
       .source = std::string(path)});
}

/// Of what composer installed the frameworks and applications that sites are built of.
void read_composer(std::string_view path, std::string_view text, std::vector<Software>& out) {
  struct Known {
    std::string_view package, name;
    Software::Kind kind;
  };
  static constexpr Known kKnown[] = {
      {"laravel/framework", "Laravel", Software::Kind::kFramework},
      {"symfony/http-kernel", "Symfony", Software::Kind::kFramework},
      {"codeigniter4/framework", "CodeIgniter", Software::Kind::kFramework},
      {"cakephp/cakephp", "CakePHP", Software::Kind::kFramework},
      {"yiisoft/yii2", "Yii", Software::Kind::kFramework},
      {"laminas/laminas-mvc", "Laminas", Software::Kind::kFramework},
      {"livewire/livewire", "Livewire", Software::Kind::kFramework},
      {"phpunit/phpunit", "PHPUnit", Software::Kind::kFramework},
      {"magento/product-community-edition", "Magento", Software::Kind::kApplication},
      {"drupal/core", "Drupal", Software::Kind::kApplication},
      {"typo3/cms-core", "TYPO3", Software::Kind::kApplication},
      {"craftcms/cms", "Craft CMS", Software::Kind::kApplication},
      {"shopware/core", "Shopware", Software::Kind::kApplication},
      {"ec-cube/ec-cube", "EC-CUBE", Software::Kind::kApplication},
  };
  const std::string_view end =
      path.ends_with("/composer.lock") ? "/composer.lock" : "/vendor/composer/installed.json";
  for (const auto& known : kKnown) {
    const auto quoted = "\"name\": \"" + std::string(known.package) + "\"";
    const auto at = text.find(quoted);
    if (at == text.npos) continue;
    constexpr std::size_t kNear = 200;
    const auto version = version_behind("\"version\"", text.substr(at, kNear));
    if (version.empty()) continue;
    out.push_back({.name = std::string(known.name),
                   .kind = known.kind,
                   .version = version,
                   .path = std::string(path.substr(0, path.size() - end.size())),
                   .source = std::string(path)});
  }
}

}  // namespace

std::string_view to_string(Software::Kind kind) {
  switch (kind) {
    case Software::Kind::kApplication:
      return "application";
    case Software::Kind::kPlugin:
      return "plugin";
    case Software::Kind::kTheme:
      return "theme";
    case Software::Kind::kFramework:
      return "framework";
  }
  return "";
}

bool may_name_software(std::string_view path) {
  if (path.starts_with("/usr/share/doc/")) return false;  // copies of single files
  return next_mark(path, nullptr) != nullptr || is_wordpress_plugin(path) || is_wordpress_theme(path) ||
         is_drupal_extension(path) || is_joomla_extension(path) || is_composer_list(path);
}

std::vector<Software> read_software(std::string_view path, std::string_view text) {
  std::vector<Software> out;
  for (const auto* mark = next_mark(path, nullptr); mark != nullptr; mark = next_mark(path, mark)) {
    auto version = marked_version(*mark, text);
    if (version.empty()) continue;
    out.push_back({.name = std::string(mark->name),
                   .kind = mark->kind,
                   .version = std::move(version),
                   .path = std::string(path.substr(0, path.size() - mark->path_end.size())),
                   .source = std::string(path)});
    return out;
  }
  if (is_wordpress_plugin(path) || is_wordpress_theme(path)) read_wordpress(path, text, out);
  if (is_drupal_extension(path)) read_drupal(path, text, out);
  if (is_joomla_extension(path)) read_joomla(path, text, out);
  if (is_composer_list(path)) read_composer(path, text, out);
  return out;
}

bool SoftwareReader::wants(const std::string& path, const FileInfo& info) {
  return info.size > 0 && may_name_software(path);
}

void SoftwareReader::look(unsigned, const std::string& path, FileBytes& bytes) {
  const auto text = bytes.beginning(beginning_bytes());
  if (!text) return;
  auto software = read_software(path, *text);
  const auto inode = bytes.info().inode;
  const std::scoped_lock lock(mutex_);
  for (auto& piece : software) {
    found_.insert({std::move(piece), inode});
    if (found_.size() <= kMostKept) continue;
    found_.erase(std::prev(found_.end()));
    ++left_out_;
  }
}

std::vector<Software> SoftwareReader::take() {
  std::vector<Software> out;
  std::set<std::tuple<std::uint64_t, std::string_view, std::string_view>> told;  // inode, name, version
  for (const auto& [piece, inode] : found_) {
    if (told.emplace(inode, piece.name, piece.version).second) out.push_back(piece);
  }
  return out;
}

}  // namespace rescue::evidence
