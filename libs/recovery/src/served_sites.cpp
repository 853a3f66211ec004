#include "served_sites.hpp"

#include <algorithm>
#include <array>
#include <filesystem>

#include "rescue/evidence/mail_config.hpp"

namespace rescue::recovery {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostFiles = 200, kMostFolders = 10'000;
constexpr std::array kSettings{"/etc/apache2/sites-enabled", "/etc/apache2/conf-enabled",
                               "/etc/httpd/conf.d",          "/etc/httpd/conf",
                               "/etc/nginx/sites-enabled",   "/etc/nginx/conf.d"};

std::string folder_of(const std::string& path) {
  return path.substr(0, path.rfind('/'));
}

}  // namespace

std::string text_of(const ServerFiles& files, const std::string& name) {
  const auto resolved = files.resolved(name);
  const auto file = resolved ? files.read(*resolved) : Result<std::optional<FileState>>(std::nullopt);
  return file && *file ? (*file)->bytes : std::string();
}

std::vector<std::string> files_in(const ServerFiles& files, const std::string& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator at(files.outer(folder), error), end;
       !error && at != end && names.size() < kMostFiles; at.increment(error))
    names.push_back(folder + "/" + at->path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

bool in_odd_place(std::string_view path) {
  constexpr std::array<std::string_view, 8> kOdd{"/uploads/", "/upload/", "/tmp/",   "/cache/",
                                                 "/images/",  "/img/",    "/media/", "/."};
  return std::any_of(kOdd.begin(), kOdd.end(),
                     [&](std::string_view part) { return path.find(part) != path.npos; });
}

std::vector<std::string> served_folders(std::string_view settings) {
  std::vector<std::string> folders;
  for (const auto& line : evidence::split_list(settings, "\n{;")) {
    const auto words = evidence::split_list(line, " \t\r\";");
    if (words.size() < 2 || folders.size() >= kMostFiles) continue;
    const bool root = words[0] == "DocumentRoot" || words[0] == "root";
    if (!root && !(words[0] == "Alias" && words.size() > 2)) continue;
    auto folder = root ? words[1] : words[2];
    while (folder.size() > 1 && folder.ends_with('/')) folder.pop_back();
    if (folder.starts_with('/') && folder.size() > 1) folders.push_back(std::move(folder));
  }
  return folders;
}

bool served_by_fastcgi(const ServerFiles& files, const std::string& path) {
  for (const std::string settings : kSettings) {
    for (const auto& name : files_in(files, settings)) {
      const auto text = text_of(files, name);
      const auto folders = served_folders(text);
      const bool serves = std::any_of(folders.begin(), folders.end(),
                                      [&](const auto& one) { return path.starts_with(one + "/"); });
      // What only passes requests on does not run them; Debian's own file for PHP-FPM steps back for the
      // module.
      const bool runs = settings.starts_with("/etc/nginx/")
                            ? serves && (text.find("fastcgi_pass") != std::string::npos ||
                                         text.find("proxy_pass") == std::string::npos)
                            : text.find("fcgi:") != std::string::npos &&
                                  text.find("<IfModule !mod_php") == std::string::npos;
      if (runs) return true;
    }
  }
  return false;
}

std::vector<std::string> served_folders_of(const ServerFiles& files) {
  std::vector<std::string> folders;
  for (const char* settings : kSettings) {
    for (const auto& name : files_in(files, settings)) {
      for (auto& one : served_folders(text_of(files, name))) {
        if (folders.size() < kMostFolders) folders.push_back(std::move(one));
      }
    }
  }
  return folders;
}

std::vector<std::string> served_above(const ServerFiles& files, const std::string& path) {
  auto folders = served_folders_of(files);
  std::erase_if(folders, [&](const std::string& one) { return !path.starts_with(one + "/"); });
  return folders;
}

std::string application_folder(const ServerFiles& files, const std::string& script) {
  constexpr std::size_t kDoesSomething = 200;  // "Silence is golden" has less
  const auto above = served_above(files, script);
  const auto served = std::max_element(above.begin(), above.end(),
                                       [](const auto& a, const auto& b) { return a.size() < b.size(); });
  if (served == above.end()) return folder_of(script);
  for (auto folder = folder_of(script); folder.size() > served->size(); folder = folder_of(folder)) {
    const auto index = files.read(folder + "/index.php");
    if (index && *index && (*index)->bytes.size() >= kDoesSomething) return folder;
  }
  return *served;
}

}  // namespace rescue::recovery
