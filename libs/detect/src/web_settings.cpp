#include "web_settings.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

#include "php_value.hpp"
#include "rescue/base/ascii.hpp"
#include "rescue/evidence/line_reader.hpp"

namespace rescue::detect {
namespace {

bool has(std::string_view text, std::string_view word) {
  return text.find(word) != std::string_view::npos;
}

bool has_any(std::string_view text, const auto& words) {
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) { return has(text, word); });
}

std::string_view name_of(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}
bool is_ini(std::string_view path) {
  return name_of(path).ends_with(".ini");
}

std::vector<std::string> words_of(std::string_view line) {
  constexpr std::size_t kMostWords = 64;
  std::vector<std::string> words;
  std::string word;
  char quote = 0;
  const auto end_word = [&] {
    if (!word.empty() && words.size() < kMostWords) words.push_back(std::move(word));
    word.clear();
  };
  for (const char c : line) {
    if (quote != 0 && c == quote) {
      quote = 0;
    } else if (quote == 0 && (c == '"' || c == '\'')) {
      quote = c;
    } else if (quote == 0 && (c == ' ' || c == '\t' || c == '\r')) {
      end_word();
    } else {
      word += c;
    }
  }
  end_word();
  return words;
}

/// Text of a line of an .ini file: "key = value ; comment".
bool read_ini_line(std::string_view line, WebSetting& setting) {
  const auto equals = line.find('=');
  if (equals == line.npos || line.find_first_not_of(" \t") == line.npos ||
      line[line.find_first_not_of(" \t")] == ';')
    return false;
  auto key = words_of(line.substr(0, equals));
  auto value = words_of(line.substr(equals + 1));
  if (key.size() != 1) return false;
  setting.name = "php_value";
  setting.words = {lower_ascii(key[0]), value.empty() || value[0].starts_with(';') ? "" : value[0]};
  return true;
}

constexpr std::array<std::string_view, 22> kNoCode = {
    "jpg", "jpeg", "png",  "gif", "bmp", "ico", "webp", "svg", "txt",  "css", "js",
    "pdf", "xml",  "json", "log", "zip", "mp3", "mp4",  "doc", "woff", "dat", "htaccess"};
constexpr std::array<std::string_view, 9> kCgi = {"cgi",  "pl",  "py",  "sh",   "rb",
                                                  "fcgi", "fpl", "asp", "shtml"};

bool is_no_code(std::string_view extension) {
  return std::find(kNoCode.begin(), kNoCode.end(), extension) != kNoCode.end();
}

std::string extension_in(const std::string& word) {
  auto extension = lower_ascii(word);
  extension.erase(0, extension.rfind('.') == extension.npos ? 0 : extension.rfind('.') + 1);
  return extension;
}

bool gives_php(std::string_view handler) {
  const auto name = lower_ascii(handler);
  return has(name, "x-httpd-php") || has(name, "php-script") || has(name, "php5") || has(name, "php7") ||
         has(name, "php8") || has(name, "fcgi://") || has(name, "lsphp");
}

/// A pattern of <Files>: of scripts as they are called anyway.
bool is_of_scripts(std::string_view pattern) {
  return has(pattern, "php") || has(pattern, "ph(") || has(pattern, "phtml") || has(pattern, "ph[");
}

bool is_off(std::string_view value) {
  const auto text = lower_ascii(value);
  return text == "off" || text == "0" || text == "none" || text == "null" || text == "no" || text.empty();
}
bool is_on(std::string_view value) {
  const auto text = lower_ascii(value);
  return text == "on" || text == "1" || text == "true" || text == "yes";
}

/// A server of the owner's own: this one, or one of the house.
bool is_own_host(std::string_view url) {
  const auto slashes = url.find("//");
  if (slashes == url.npos) return false;
  auto host = url.substr(slashes + 2);
  if (host.starts_with("[::1]")) return true;
  host = host.substr(0, host.find_first_of(":/?"));
  static constexpr std::array<std::string_view, 4> kNets = {"127.", "10.", "192.168.", "169.254."};
  const bool number = !host.empty() && host.find_first_not_of("0123456789.") == host.npos;
  int middle = 0;
  if (number && host.starts_with("172.")) std::from_chars(host.data() + 4, host.data() + host.size(), middle);
  return host == "localhost" || host.ends_with(".localhost") || host.ends_with(".local") ||
         host.ends_with(".internal") || (middle >= 16 && middle <= 31) ||
         (number && std::any_of(kNets.begin(), kNets.end(), [&](auto net) { return host.starts_with(net); }));
}

/// The flags of a RewriteRule have it fetch the page itself.
bool is_proxied(const std::vector<std::string>& words) {
  if (words.size() < 3) return false;
  const auto flags = "," + lower_ascii(words[2].substr(words[2].starts_with('[') ? 1 : 0));
  return has(flags, ",p,") || has(flags, ",p]") || has(flags, ",proxy,") || has(flags, ",proxy]");
}

class Judge {
 public:
  std::vector<SettingFault> faults;

  void setting(const WebSetting& s) {
    const auto& name = s.name;
    if (name == "addtype" || name == "addhandler") give(s);
    if (name == "sethandler" || name == "forcetype") set(s);
    if (name.starts_with("php_") && s.words.size() >= 2) php(s);
    if (name == "rewritecond") condition(s);
    if (name == "rewriterule") rewrite(s);
    if (name == "errordocument" && s.words.size() >= 2) document(s);
    if (name == "deny" || name == "allow" || name == "require") access(s);
  }

 private:
  void tell(std::string_view rule, const WebSetting& s) {
    faults.push_back({"webshell.settings_" + std::string(rule), s.line});
  }

  void give(const WebSetting& s) {
    if (s.words.size() < 2) return;
    const bool php = gives_php(s.words[0]), cgi = lower_ascii(s.words[0]) == "cgi-script";
    for (std::size_t i = 1; i < s.words.size(); ++i) {
      const auto extension = extension_in(s.words[i]);
      if ((php || cgi) && is_no_code(extension)) return tell("make_code", s);
      const bool usual =
          std::find(kCgi.begin(), kCgi.end(), extension) != kCgi.end() || names_script("." + extension);
      if (cgi && !usual && extension != "html" && extension != "htm") return tell("make_code", s);
    }
  }
  void set(const WebSetting& s) {
    if (s.words.empty()) return;
    const bool cgi = lower_ascii(s.words[0]) == "cgi-script";
    if (!gives_php(s.words[0]) && !cgi) return;
    const bool named = !s.files.empty() && (is_of_scripts(s.files) || (cgi && has_any(s.files, kCgi)));
    const bool page = has(s.files, "htm");
    if (!named && !page) tell("make_code", s);
  }
  void php(const WebSetting& s) {
    const auto key = lower_ascii(s.words[0]), value = lower_ascii(s.words[1]);
    if (key == "auto_prepend_file" || key == "auto_append_file") {
      const bool foreign = value.starts_with("php://") || value.starts_with("data:") ||
                           value.starts_with("http") || value.starts_with("ftp:");
      const auto extension = extension_in(value);
      const bool odd = is_no_code(extension) || value.starts_with("/tmp/") ||
                       value.starts_with("/var/tmp/") || value.starts_with("/dev/shm/") || has(value, "/.") ||
                       has(value, "/uploads/");
      if (foreign) return tell("run_request", s);
      if (odd) return tell("prepend", s);
    }
    const bool opens = (key == "allow_url_include" && is_on(value)) ||
                       (key == "disable_functions" && is_off(value) && !value.empty()) ||
                       (key == "suhosin.executor.func.blacklist" && is_off(value)) ||
                       (key == "suhosin.executor.disable_eval" && is_off(value));
    if (opens) tell("open_php", s);
  }
  /// Who comes from a search engine, or is one, is sent elsewhere.
  void condition(const WebSetting& s) {
    if (s.words.size() < 2) return;
    const auto what = lower_ascii(s.words[0]), pattern = lower_ascii(s.words[1]);
    static constexpr std::array<std::string_view, 6> kEngines = {"google", "yahoo",  "bing",
                                                                 "baidu",  "yandex", "msn"};
    const auto engines =
        std::count_if(kEngines.begin(), kEngines.end(), [&](auto e) { return has(pattern, e); });
    if ((has(what, "http_referer") || has(what, "http_user_agent")) && !pattern.starts_with('!'))
      engines_ += engines;
  }
  void rewrite(const WebSetting& s) {
    constexpr std::ptrdiff_t kEngines = 2;
    const auto target = s.words.size() >= 2 ? lower_ascii(s.words[1]) : "";
    const bool away =
        target.starts_with("http") && !has(target, "%{") && !is_own_host(target) && !is_proxied(s.words);
    if (away && engines_ >= kEngines) tell("redirect", s);
    engines_ = 0;
  }
  void document(const WebSetting& s) {
    const auto target = lower_ascii(s.words[1]);
    const auto host = target.substr(std::min(target.size(), target.find("//") + 2));
    const bool by_number =
        target.starts_with("http") && !host.empty() &&
        host.substr(0, host.find_first_of("/:")).find_first_not_of("0123456789.") == host.npos;
    if (by_number && !is_own_host(target)) tell("redirect", s);
  }
  /// All scripts are shut off, but for a few that are named.
  void access(const WebSetting& s) {
    if (s.words.empty() || !is_of_scripts(s.files)) return;
    const auto last = lower_ascii(s.words.back());
    const bool shuts = (s.name == "deny" && last == "all") || (s.name == "require" && last == "denied");
    const bool opens = (s.name == "allow" && last == "all") || (s.name == "require" && last == "granted");
    const auto scripts = has(s.files, "^(") && has(s.files, ".php") && has(s.files, "|");
    if (shuts) shut_ = true;
    if (opens && shut_ && scripts) tell("only_theirs", s);
  }

  std::ptrdiff_t engines_ = 0;
  bool shut_ = false;
};

}  // namespace

bool is_web_settings(std::string_view path) {
  const auto name = name_of(path);
  const bool of_server = path.starts_with("/etc/apache2/") || path.starts_with("/etc/httpd/");
  return name == ".htaccess" || name == ".user.ini" || name == "php.ini" || of_server ||
         (path.starts_with("/etc/php") && is_ini(path));
}

std::vector<WebSetting> read_web_settings(std::string_view path, std::string_view text) {
  constexpr std::size_t kMostSettings = 10'000, kMostNested = 32, kMostLine = 64 << 10;
  std::vector<WebSetting> settings;
  std::vector<std::string> sections;  // around the line: the pattern of files, or nothing
  std::string line;
  std::uint32_t number = 0, first = 1;
  while (!text.empty() && settings.size() < kMostSettings) {
    const auto part = evidence::take_line(text);
    ++number;
    if (line.empty()) first = number;
    line += part.substr(0, kMostLine);
    while (line.ends_with('\r')) line.pop_back();
    if (line.ends_with('\\') && line.size() < kMostLine && !is_ini(path)) {  // goes on
      line.pop_back();
      continue;
    }
    WebSetting setting;
    setting.line = first;
    if (is_ini(path)) {
      if (read_ini_line(line, setting)) settings.push_back(std::move(setting));
      line.clear();
      continue;
    }
    auto words = words_of(line);
    line.clear();
    if (words.empty() || words[0].starts_with('#')) continue;
    const auto name = lower_ascii(words[0]);
    if (name.starts_with("</")) {
      if (!sections.empty()) sections.pop_back();
    } else if (name.starts_with('<')) {
      const bool files = name == "<files" || name == "<filesmatch";  // a <Location> is of URLs
      auto pattern = files && words.size() > 1 ? lower_ascii(words.back())
                     : sections.empty()        ? ""
                                               : sections.back();
      if (files && pattern.ends_with('>')) pattern.pop_back();
      if (sections.size() < kMostNested) sections.push_back(std::move(pattern));
    } else {
      setting.name = name;
      setting.words.assign(std::make_move_iterator(words.begin() + 1), std::make_move_iterator(words.end()));
      setting.files = sections.empty() ? "" : sections.back();
      settings.push_back(std::move(setting));
    }
  }
  return settings;
}

std::vector<SettingFault> faults_of(std::string_view path, const std::vector<WebSetting>& settings) {
  Judge judge;
  for (const auto& setting : settings) judge.setting(setting);
  // The server's own settings open and shut as the owner likes; only what makes code of something is looked
  // for.
  if (path.starts_with("/etc/")) {
    std::erase_if(judge.faults, [](const auto& fault) {
      return fault.rule != "webshell.settings_make_code" && fault.rule != "webshell.settings_run_request" &&
             fault.rule != "webshell.settings_prepend";
    });
    // A handler for all files of a <Directory> or <Location> is how programs are set up there.
    std::erase_if(judge.faults, [&](const auto& fault) {
      return std::any_of(settings.begin(), settings.end(), [&](const auto& s) {
        return s.line == fault.line && s.name == "sethandler" && s.files.empty();
      });
    });
  }
  return std::move(judge.faults);
}

void CodeBySetting::add(const std::string& path, const std::vector<WebSetting>& settings) {
  const auto folder = path.substr(0, path.rfind('/') + 1);
  const auto given = [&]() -> Folder& { return folders_[path.starts_with("/etc/") ? "/" : folder]; };
  for (const auto& s : settings) {
    const bool gives =
        (s.name == "addtype" || s.name == "addhandler") && !s.words.empty() && gives_php(s.words[0]);
    for (std::size_t i = 1; gives && i < s.words.size(); ++i)
      given().extensions.insert(extension_in(s.words[i]));
    const bool sets =
        (s.name == "sethandler" || s.name == "forcetype") && !s.words.empty() && gives_php(s.words[0]);
    if (sets && !path.starts_with("/etc/") && !is_of_scripts(s.files)) {
      bool named = false;
      for (const auto extension : kNoCode) {
        if (!has(s.files, extension)) continue;
        given().extensions.insert(std::string(extension));
        named = true;
      }
      given().all = given().all || !named;
    }
    const bool runs =
        s.name.starts_with("php_") && s.words.size() >= 2 &&
        (lower_ascii(s.words[0]) == "auto_prepend_file" || lower_ascii(s.words[0]) == "auto_append_file");
    constexpr std::size_t kMostFiles = 1000;
    if (!runs || s.words[1].empty() || has(s.words[1], ":") || run_with_pages_.size() >= kMostFiles) continue;
    run_with_pages_.insert(s.words[1].starts_with('/') ? s.words[1] : folder + s.words[1]);
  }
}

bool CodeBySetting::is_code(const std::string& path) const {
  if (folders_.empty() && run_with_pages_.empty()) return false;
  if (run_with_pages_.contains(path)) return true;
  const auto name = lower_ascii(name_of(path));
  const auto dot = name.rfind('.');
  const auto extension = dot == name.npos ? "" : name.substr(dot + 1);
  for (auto slash = path.rfind('/'); slash != path.npos;
       slash = slash == 0 ? path.npos : path.rfind('/', slash - 1)) {
    const auto at = folders_.find(path.substr(0, slash + 1));
    if (at != folders_.end() && (at->second.all || at->second.extensions.contains(extension))) return true;
  }
  return false;
}

}  // namespace rescue::detect
