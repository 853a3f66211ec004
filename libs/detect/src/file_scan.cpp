#include "file_scan.hpp"

#include <algorithm>
#include <cctype>
#include <utility>

#include "rescue/base/ascii.hpp"
#include "rescue/base/sha256.hpp"
#include "rescue/evidence/line_reader.hpp"

namespace rescue::detect {
namespace {

constexpr std::string_view kCutReason = "code too large or too deep to be followed to its end";

std::string extension_of(const std::string& path) {
  const auto name = path.substr(path.rfind('/') + 1);
  const auto dot = name.rfind('.');
  return dot == name.npos ? "" : lower_ascii(name.substr(dot + 1));
}

bool one_of(const std::string& text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

bool is_php_name(const std::string& path) {
  const auto extension = extension_of(path);
  return one_of(extension, {"php", "php3", "php4", "php5", "php7", "php8", "phtml", "pht", "phar", "inc",
                            "phps", "module"}) ||
         path.find(".php.") != path.npos;  // "x.php.jpg": some settings give it to PHP
}
bool is_image_name(const std::string& path) {
  return one_of(extension_of(path),
                {"jpg", "jpeg", "png", "gif", "bmp", "ico", "webp", "svg", "tif", "tiff"});
}

/// A text that shows code: nobody runs it.
bool is_document_name(const std::string& path) {
  return one_of(extension_of(path), {"md", "rst", "adoc", "woff", "woff2", "ttf", "pdf"});
}

bool is_uploads(const std::string& path) {
  for (const std::string_view folder : {"/uploads/", "/userfiles/", "/avatars/"}) {
    if (path.find(folder) != path.npos) return true;
  }
  return false;
}

std::string line_of(std::string_view text, std::uint32_t number) {
  for (std::uint32_t i = 1; !text.empty(); ++i) {
    const auto line = evidence::take_line(text);
    if (i == number) return std::string(line.substr(0, 1024));
  }
  return "";
}

bool has_php(std::string_view text, bool image) {
  if (text.find("<?php") != text.npos || (!image && text.find("<?=") != text.npos)) return true;
  const auto script = text.find("<script language");
  return script != text.npos && text.substr(script, 32).find("php") != text.npos;
}

/// "<?php phpinfo();" and nothing else.
bool shows_settings_only(std::string_view text) {
  constexpr std::size_t kLongest = 100;
  std::string plain;
  for (const char c : text.substr(0, kLongest + 1)) {
    if (std::isspace(static_cast<unsigned char>(c)) == 0)
      plain += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  if (text.size() > kLongest || !plain.starts_with("<?")) return false;
  const auto code = plain.substr(plain.starts_with("<?php") ? 5 : 2);
  return code.starts_with("phpinfo(") && code.find("if(") == code.npos;
}

/// A page under another name, not a text with examples in it.
bool begins_as_php(std::string_view text) {
  const auto start = text.find_first_not_of(" \t\r\n\xef\xbb\xbf");
  return start != text.npos && text.substr(start).starts_with("<?") &&
         !text.substr(start).starts_with("<?xml");
}

/// With a mark at its beginning, as PHP and other languages of the web never read it, but servers that
/// convert do.
bool is_utf16(std::string_view text) {
  return text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff");
}
/// Only the letters of ASCII matter; others become "?".
std::string from_utf16(std::string_view text) {
  const std::size_t low = text.starts_with("\xff\xfe") ? 0 : 1;
  std::string out;
  for (std::size_t i = 2; i + 1 < text.size(); i += 2) out += text[i + 1 - low] == '\0' ? text[i + low] : '?';
  return out;
}

const Rule* gravest(const std::vector<PhpFlow>& flows) {
  const Rule* found = nullptr;
  for (const auto& flow : flows) {
    if (found == nullptr || flow.rule->severity > found->severity) found = flow.rule;
  }
  return found;
}

}  // namespace

std::optional<WebFile> FileScan::judge(const std::string& path, evidence::FileBytes& bytes) {
  ++files;
  if (!take(path, bytes)) return std::nullopt;
  const auto* rule = rule_for(path);
  if (rule == nullptr) return std::nullopt;
  return WebFile{path, bytes.info().mtime, rule, nullptr};
}

WebProof FileScan::proof(const WebFile& file) const {
  constexpr std::size_t kMostLines = 5;
  const bool any_rule = is_image_name(file.path);
  WebProof proof;
  proof.sha256 = !sha256_.empty() ? sha256_ : whole_ ? sha256_hex(text_) : "";
  for (const auto& flow : report_.flows) {
    if (flow.rule != file.rule && !any_rule) continue;
    if (proof.lines.empty()) proof.layers = flow.layers;
    const auto number = flow.layers == 0 ? flow.line : 1;
    proof.lines.push_back({number, line_of(text_, number)});
    if (proof.lines.size() == kMostLines) break;
  }
  return proof;
}

bool FileScan::take(const std::string& path, evidence::FileBytes& from) {
  const auto beginning = from.beginning(kMostBytes);
  if (!beginning) {
    gap(path, beginning.error().detail, true);
    return false;
  }
  text_ = *beginning;
  bytes += text_.size();
  whole_ = text_.size() == from.info().size;
  convert();
  if (!whole_ && is_php_name(path)) gap(path, "only the beginning of a very large file was looked at", false);
  return true;
}

void FileScan::convert() {
  sha256_ = "";
  if (!is_utf16(text_)) return;
  sha256_ = whole_ ? sha256_hex(text_) : "";
  converted_ = from_utf16(text_);
  text_ = converted_;
}

std::optional<WebFile> FileScan::judge_member(const WebFile& archive, const std::string& name,
                                              std::string_view content, bool whole) {
  text_ = content;
  bytes += text_.size();
  whole_ = whole;
  convert();
  inside_ = archive.path + "!";
  const auto* rule = rule_for(name);
  auto path = std::exchange(inside_, "") + name;
  if (rule == nullptr) return std::nullopt;
  return WebFile{std::move(path), archive.mtime, rule, nullptr, archive.path.size()};
}

void FileScan::missed_in_archive(const std::string& path, const ArchiveReport& report) {
  for (const auto& [what, count] : report.faults) {
    const auto times = count > 1 ? " (" + std::to_string(count) + ")" : "";
    gap(path, std::string(what) + times, is_run_packed(path));
  }
}

/// The gravest rule that the text breaks, or null.
const Rule* FileScan::rule_for(const std::string& path) {
  const auto text = text_;
  report_ = {};
  const bool is_php = is_php_name(path) || (inside_.empty() && is_code_here(path));
  const bool image = is_image_name(path) && !is_php;
  if (is_web_settings(path)) judge_settings(path);
  if (inside_.empty() && path.starts_with("/etc/")) return gravest(report_.flows);
  if (const auto* rule = gravest(report_.flows)) return rule;
  if (is_document_name(path)) return nullptr;
  if (!is_php) {
    if (const auto* rule = script_rule(path, image)) return rule;
    if (!has_php(text, image)) return nullptr;
  }
  const bool odd_place = image || is_uploads(path);
  if (!odd_place && !rules_.judge_all && !php_needs_analysis(text)) return nullptr;
  report_ = analyse_php(text, rules_.php);
  for (const auto& found : profiles_of(text, "php", rules_.scripts))
    report_.flows.push_back({found.rule, found.line, "", 0});
  // A text that shows code is full of examples; what makes a page a suspicion says nothing of it.
  if (!is_php && !image && !begins_as_php(text)) {
    std::erase_if(report_.flows, [](const auto& flow) { return flow.rule->severity < Severity::kHigh; });
  }
  if (is_php && shows_settings_only(text))
    report_.flows.push_back({&scene_.rules.rule("webshell.phpinfo_page"), 1, "", 0});
  if (report_.cut) gap(path, std::string(kCutReason), false);
  // A short "<?" comes up in pictures by chance.
  const bool calls = report_.calls_anything && (!image || text.find("<?php") != text.npos);
  if (report_.flows.empty() && !(odd_place && calls)) return nullptr;
  if (image) return &scene_.rules.rule("webshell.code_in_image");
  const auto* rule = gravest(report_.flows);
  return rule != nullptr ? rule : &scene_.rules.rule("webshell.script_in_uploads");
}

/// By the settings in its folder and in those around it, each read once.
bool FileScan::is_code_here(const std::string& path) {
  constexpr std::size_t kMostFolders = 100'000;
  for (auto slash = path.rfind('/'); slash != path.npos && folders_.size() < kMostFolders;
       slash = slash == 0 ? path.npos : path.rfind('/', slash - 1)) {
    const auto folder = path.substr(0, slash + 1);
    if (!folders_.insert(folder).second) break;  // and so were those around it
    for (const auto* name : {".htaccess", ".user.ini"}) {
      const auto text = scene_.root.read_small(folder + name, kMostSettingsBytes);
      if (text) code_.add(folder + name, read_web_settings(folder + name, *text));
    }
  }
  return code_.is_code(path);
}

void FileScan::judge_settings(const std::string& path) {
  const auto text = std::string_view(text_).substr(0, kMostSettingsBytes);
  for (const auto& fault : faults_of(path, read_web_settings(path, text)))
    report_.flows.push_back({&scene_.rules.rule(fault.rule), fault.line, "", 0});
}

/// The same of a script in another language than PHP.
const Rule* FileScan::script_rule(const std::string& path, bool image) {
  const auto language = script_language(path, text_);
  if (language == ScriptLanguage::kNone) return nullptr;
  const auto report = analyse_script(text_, language, rules_.scripts);
  for (const auto& found : report.findings) report_.flows.push_back({found.rule, found.line, "", 0});
  if (report.cut) gap(path, std::string(kCutReason), false);
  if (report_.flows.empty()) return nullptr;
  return image ? &scene_.rules.rule("webshell.code_in_image") : gravest(report_.flows);
}

void FileScan::gap(const std::string& path, std::string reason, bool is_grave) {
  (is_grave ? grave : minor)
      .add({.path = inside_ + path,
            .reason = std::move(reason),
            .prevents = std::string(kWebGapPrevents),
            .grave = is_grave});
}

}  // namespace rescue::detect
