#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace rescue::detect {

/// Settings that lie beside web pages and decide what is run as code: .htaccess (Apache HTTP Server
/// documentation, "Configuration Files", and the directives of mod_mime, core and mod_rewrite) and .user.ini
/// or php.ini (PHP manual).
struct WebSetting {
  std::string name;                ///< in lower case; of an .ini line "php_value"
  std::vector<std::string> words;  ///< what follows, quotation marks taken off
  std::string files;               ///< the innermost <Files> or <FilesMatch> around it, in lower case
  std::uint32_t line = 1;
};

bool is_web_settings(std::string_view path);

/// At most 10,000 settings; what cannot be read is left out, nothing fails.
std::vector<WebSetting> read_web_settings(std::string_view path, std::string_view text);

/// Something in them that an owner hardly wants.
struct SettingFault {
  std::string rule;  ///< "webshell.settings_…"
  std::uint32_t line = 1;
};
std::vector<SettingFault> faults_of(std::string_view path, const std::vector<WebSetting>& settings);

/// Which files become PHP by such settings, whatever they are called.
class CodeBySetting {
 public:
  /// `path`: of the settings.
  void add(const std::string& path, const std::vector<WebSetting>& settings);
  /// Files that are run before or after every page, as paths from the root.
  const std::set<std::string>& run_with_pages() const { return run_with_pages_; }
  bool is_code(const std::string& path) const;

 private:
  struct Folder {
    std::set<std::string> extensions;
    bool all = false;
  };
  std::map<std::string, Folder> folders_;
  std::set<std::string> run_with_pages_;
};

}  // namespace rescue::detect
