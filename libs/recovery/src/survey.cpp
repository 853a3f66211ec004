#include "rescue/recovery/survey.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>

#include "plan_exim_relay.hpp"
#include "rescue/base/ascii.hpp"
#include "rescue/recovery/postfix_server.hpp"
#include "rescue/recovery/sendmail_relay.hpp"
#include "smtp_greeting.hpp"

namespace rescue::recovery {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLinesMax = 500, kLineBytesMax = 500;
constexpr std::uint64_t kMostFiles = 1'000'000;

/// A setting as it may leave the server: not where its name or value may have a password in it, as those of
/// look-ups in data bases and static or inline tables have.
std::string told_setting(const std::string& line) {
  constexpr std::array<std::string_view, 8> kSecret{"_servers", "servers=", "pass",    "_pw",
                                                    "secret",   "token",    "static:", "inline:"};
  const auto low = lower_ascii(line);
  const bool secret = std::any_of(kSecret.begin(), kSecret.end(),
                                  [&](std::string_view word) { return low.find(word) != std::string::npos; });
  return secret ? line.substr(0, line.find_first_of(" =")) + " = (not told)" : line;
}

Json lines_of(const RunProgram& run, const Command& command) {
  Json lines = Json::array();
  const auto ended = run(command);
  if (!ended || ended->exit_code != 0) return lines;
  for (const auto& line : evidence::split_list(ended->output, "\n")) {
    if (lines.size() >= kLinesMax) break;
    lines.push_back(line.substr(0, kLineBytesMax));
  }
  return lines;
}

Json settings_of(const RunProgram& run, const Command& command) {
  Json lines = lines_of(run, command);
  for (auto& line : lines) line = told_setting(line.get_ref<const std::string&>());
  return lines;
}

/// No link is followed.
std::uint64_t files_below(const std::string& folder) {
  std::uint64_t count = 0;
  std::error_code error;
  for (fs::recursive_directory_iterator at(folder, error), end; !error && at != end && count < kMostFiles;
       at.increment(error)) {
    if (at.depth() > 3) at.disable_recursion_pending();
    std::error_code ignored;
    count += fs::is_regular_file(at->symlink_status(ignored)) ? 1U : 0U;
  }
  return count;
}

bool is_there(const ServerFiles& files, const char* path) {
  std::error_code error;
  return fs::exists(fs::symlink_status(files.outer(path), error));
}

Json postfix_survey(const LiveServer& server) {
  Json out{{"system", "postfix"},
           {"settings", settings_of(server.run, {.program = "/usr/sbin/postconf", .arguments = {"-n"}})}};
  const auto read = read_postfix(server);
  if (!read || !*read) {
    out["relay"] = {{"known", false}, {"reason", read ? "" : read.error().detail}};
    return out;
  }
  out["version"] = (*read)->version;
  const auto view = view_relay((*read)->config, (*read)->facts);
  if (view.open) {
    out["relay"] = {
        {"known", true}, {"open", true}, {"service", view.open->service}, {"reason", view.open->reason}};
  } else if (view.unsure.empty()) {
    out["relay"] = {{"known", true}, {"open", false}};
  } else {
    out["relay"] = {{"known", false}, {"reason", view.unsure.front()}};
  }
  return out;
}

Json sendmail_survey(const LiveServer& server) {
  const auto said = ask_sendmail(server);
  Json out{{"system", "sendmail"}, {"relay", {{"known", said.has_value()}}}};
  if (!said) return out;
  out["version"] = said->version;
  out["relay"]["open"] = said->open;
  if (said->open) out["relay"]["reason"] = said->why;
  return out;
}

Json mail_survey(const LiveServer& server) {
  if (is_there(server.files, "/etc/postfix/main.cf")) return postfix_survey(server);
  for (const char* exim : {"/usr/sbin/exim4", "/usr/sbin/exim"}) {
    if (!is_there(server.files, exim)) continue;
    const auto said = ask_exim(server, "");
    Json relay{{"known", said.has_value()}, {"answer", said.value_or(0)}};
    if (said) relay["open"] = takes_mail(*said);
    return {{"system", "exim"},
            {"settings", settings_of(server.run, {.program = exim, .arguments = {"-bP"}})},
            {"relay", std::move(relay)}};
  }
  return is_sendmail_here(server.files) ? sendmail_survey(server) : Json{{"system", "none"}};
}

}  // namespace

Json count_queue(const ServerFiles& files) {
  Json out = Json::object();
  for (const char* queue : {"incoming", "active", "deferred", "hold", "maildrop", "corrupt"}) {
    const auto folder = std::string("/var/spool/postfix/") + queue;
    if (is_there(files, folder.c_str())) out[queue] = files_below(files.outer(folder));
  }
  for (const char* folder :
       {"/var/spool/exim4/input", "/var/spool/exim/input", "/var/spool/mqueue", "/var/spool/mqueue-client"}) {
    // A message is two files there: its head and its body.
    if (is_there(files, folder)) out[folder] = (files_below(files.outer(folder)) + 1) / 2;
  }
  return out;
}

Json survey(const LiveServer& server) {
  return {{"mail", mail_survey(server)},
          {"queue", count_queue(server.files)},
          {"sessions", lines_of(server.run, {.program = "/usr/bin/doveadm", .arguments = {"who"}})},
          {"answers", !smtp_greeters(server.files).empty()}};
}

Json verify(const LiveServer& server, const std::vector<Way>& ways) {
  const auto plan = plan_response(server, ways);
  Json open = Json::array(), manual = Json::array();
  for (const auto& step : plan.steps) open.push_back(step.title);
  for (const auto& one : plan.manual) manual.push_back(one.title + ". " + one.why);
  const auto listeners = smtp_listeners(server.files);
  const bool answers = !listeners.empty() && !smtp_greeters(server.files).empty();
  // Ended for the abuse and for everybody else is not ended.
  if (!listeners.empty() && !answers)
    manual.push_back("Look at the mail server. It listens and does not greet");
  const bool ended = open.empty() && manual.empty();
  return {{"ended", ended},
          {"open", std::move(open)},
          {"manual", std::move(manual)},
          {"already", plan.already},
          {"answers", answers}};
}

}  // namespace rescue::recovery
