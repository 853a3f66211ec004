#include "rescue/evidence/web_config.hpp"
#include "rescue/base/ascii.hpp"

#include <algorithm>

#include "rescue/evidence/line_reader.hpp"
#include "rescue/evidence/sshd_config.hpp"

namespace rescue::evidence {
namespace {

constexpr std::size_t kMostBytes = 4 << 20;

std::vector<std::string> words_of(std::string_view line) {
  std::vector<std::string> words;
  std::string word;
  char quote = 0;
  for (const char c : line) {
    if (quote != 0) {
      if (c == quote) {
        quote = 0;
      } else {
        word += c;
      }
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == ' ' || c == '\t' || c == '\r' || c == ';') {
      if (!word.empty()) words.push_back(std::move(word));
      word.clear();
    } else {
      word += c;
    }
  }
  if (!word.empty()) words.push_back(std::move(word));
  return words;
}

/// Debian sets these in /etc/apache2/envvars; other variables leave the path unusable.
std::string expand_variables(std::string path) {
  constexpr std::string_view kLogs = "${APACHE_LOG_DIR}";
  if (const auto at = path.find(kLogs); at != path.npos) path.replace(at, kLogs.size(), "/var/log/apache2");
  return path.find("${") == path.npos ? path : "";
}

class ConfigReader {
 public:
  ConfigReader(const SafeRoot& root, Gaps& gaps) : root_(root), gaps_(gaps) {}

  void files(const std::string& pattern, const std::string& server_root) {
    for (const auto& path : expand_glob(root_, pattern)) file(path, server_root);
  }

  void add_root(const std::string& directory, const std::string& url_path) {
    if (directory.empty() || !directory.starts_with('/') || directory == "/") return;
    auto clean = directory;
    while (clean.size() > 1 && clean.ends_with('/')) clean.pop_back();
    const bool known = std::any_of(config.roots.begin(), config.roots.end(), [&](const WebRoot& r) {
      return r.directory == clean && r.url_path == url_path;
    });
    const auto info =
        known ? fail(ErrorCode::kConflict, "", "") : root_.info(clean, SafeRoot::LastLink::kFollow);
    if (info && info->kind == FileKind::kDirectory) config.roots.push_back({clean, url_path});
  }

  WebConfig config;

 private:
  void file(const std::string& path, const std::string& server_root) {
    const auto text = root_.read_small(path, kMostBytes);
    if (!text) {
      // A link into mods-available whose package is gone is nothing to tell.
      if (text.error().code != ErrorCode::kNotFound) {
        gaps_.push_back({.path = path, .reason = text.error().detail, .prevents = "knowing all web folders"});
      }
      return;
    }
    config.server_found = true;
    for (std::string_view rest = *text; !rest.empty();) {
      const auto words = words_of(take_line(rest));
      if (words.size() >= 2) apply(words, server_root);
    }
  }

  void apply(const std::vector<std::string>& words, const std::string& server_root) {
    const auto keyword = lower_ascii(words[0]);
    const auto value = expand_variables(words[1]);
    const auto absolute = value.empty() || value.starts_with('/') ? value : server_root + "/" + value;
    if (keyword == "documentroot" || keyword == "root") add_root(absolute, "/");
    if (keyword == "alias" && words.size() >= 3) add_root(expand_variables(words[2]), words[1]);
    const bool piped = value.starts_with('|') || value == "off" || value.starts_with("syslog:");
    if ((keyword == "customlog" || keyword == "access_log") && !piped && !absolute.empty()) {
      config.access_logs.push_back(absolute);
    }
  }

  const SafeRoot& root_;
  Gaps& gaps_;
};

}  // namespace

WebConfig read_web_config(const SafeRoot& root, const std::vector<std::string>& homes, Gaps& gaps) {
  ConfigReader reader(root, gaps);
  for (const auto* pattern : {"/etc/apache2/apache2.conf", "/etc/apache2/conf-enabled/*.conf",
                              "/etc/apache2/mods-enabled/*.conf", "/etc/apache2/sites-enabled/*"}) {
    reader.files(pattern, "/etc/apache2");
  }
  for (const auto* pattern : {"/etc/httpd/conf/httpd.conf", "/etc/httpd/conf.d/*.conf"}) {
    reader.files(pattern, "/etc/httpd");
  }
  for (const auto* pattern :
       {"/etc/nginx/nginx.conf", "/etc/nginx/conf.d/*.conf", "/etc/nginx/sites-enabled/*"}) {
    reader.files(pattern, "/usr/share/nginx");
  }
  reader.add_root("/var/www/html", "/");
  reader.add_root("/var/www", "/");
  // Tomcat's folders in Debian, in Red Hat's distributions and as it is often unpacked.
  for (const std::string folder :
       {"/var/lib/tomcat9", "/var/lib/tomcat10", "/var/lib/tomcat", "/opt/tomcat"}) {
    reader.add_root(folder + "/webapps/ROOT", "/");
    reader.add_root(folder + "/webapps", "/");
  }
  for (const auto& home : homes) {
    const auto name = home.substr(home.rfind('/') + 1);
    if (home != "/" && !home.empty()) reader.add_root(home + "/public_html", "/~" + name);
  }
  auto& logs = reader.config.access_logs;
  std::sort(logs.begin(), logs.end());
  logs.erase(std::unique(logs.begin(), logs.end()), logs.end());
  return std::move(reader.config);
}

}  // namespace rescue::evidence
