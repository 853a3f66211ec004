#include "remote_script.hpp"

#include <algorithm>
#include <span>
#include <sstream>

#include "rescue/base/embedded.hpp"

extern const std::span<const rescue::EmbeddedFile> target_scripts;

namespace rescue::target {
namespace {

// Those in memory first: what is written to a disk overwrites what was deleted there, and that is evidence.
// $HOME is whatever the server says; it stands between quotes wherever it is used.
constexpr const char* kPlaces[] = {"/dev/shm", "/run", "/tmp", "/var/tmp", "$HOME"};

/// data/place.sh in one line, without its comments.
std::string script_line() {
  std::istringstream lines{std::string(target_scripts.front().bytes)};
  std::string out;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with('#')) out += line + ' ';
  }
  return out;
}

void put(std::string& script, const std::string& mark, const std::string& text) {
  for (auto at = script.find(mark); at != std::string::npos; at = script.find(mark, at + text.size())) {
    script.replace(at, mark.size(), text);
  }
}

std::string places() {
  std::string out;
  for (const char* place : kPlaces) out += (out.empty() ? "\"" : " \"") + std::string(place) + '"';
  return out;
}

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// Of these letters alone; the id of a job is made of them.
std::string plain(std::string text) {
  std::erase_if(text, [](char c) { return !is_plain(c); });
  return text.empty() ? "none" : text;
}

}  // namespace

std::string opening_command(seal::Sudo sudo, const std::string& mark, const std::string& prompt) {
  // Single quotes, and nothing in them that a usual shell takes for something else. Nobody waits for ever.
  const std::string shell =
      "/bin/sh -c 'PATH=/usr/sbin:/usr/bin:/sbin:/bin:$PATH; echo " + mark +
      R"(; (i=0; while kill -0 $$ && [ $i -lt 60 ]; do sleep 1; i=$((i+1)); done; [ $i -lt 60 ] || kill -9 $$))"
      R"( </dev/null >/dev/null 2>&1 & w=$!; IFS= read -r s && eval "$s"')";
  switch (sudo) {
    case seal::Sudo::kNone:
      return "exec " + shell;
    case seal::Sudo::kWithoutPassword:
      return "exec sudo -n -- " + shell;
    case seal::Sudo::kWithPassword:
      break;
  }
  // -k: what an earlier log-in may do without asking counts for nothing, and nothing is remembered.
  return "exec sudo -k -S -p " + prompt + " -- " + shell;
}

std::string place_script(const ScriptWish& wish) {
  constexpr std::size_t kKilobyte = 1024, kSpareKilobytes = 64;
  std::string without;
  for (const std::string& place : wish.without) {
    // A server's words do not become our script.
    if (std::ranges::all_of(place, [](char c) { return c == '/' || is_plain(c); })) without += place + ' ';
  }
  std::string script = script_line();
  put(script, "@PLACES@", places());
  put(script, "@JOB@", plain(wish.job));
  put(script, "@NONCE@", plain(wish.nonce));
  put(script, "@NEED@", std::to_string(wish.keeper_bytes / kKilobyte + kSpareKilobytes));
  put(script, "@SIZE@", std::to_string(wish.keeper_bytes));
  put(script, "@PATIENCE@", std::to_string(wish.patience.count()));
  put(script, "@SILENCE@", std::to_string(wish.silence.count()));
  put(script, "@WITHOUT@", without);
  return script;
}

}  // namespace rescue::target
