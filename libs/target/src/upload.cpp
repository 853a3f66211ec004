#include "upload.hpp"

#include <sys/utsname.h>

#include "keeper_program.hpp"
#include "remote_script.hpp"
#include "rescue/base/id.hpp"
#include "rescue/base/sha256.hpp"
#include "words.hpp"

namespace rescue::target {
namespace {

// What a shell's start-up files may say before our own words; more is no answer.
constexpr std::size_t kNoiseMax = 64U << 10U;

tl::unexpected<Error> lost(SshChannel& channel) {
  return fail(ErrorCode::kUnavailable, "target-lost",
              "the shell at the server ended before it had said what it should" +
                  channel.connection().with_words_of(channel.messages()));
}

/// The shell did not come up.
tl::unexpected<Error> no_shell(seal::Sudo sudo, SshChannel& channel) {
  const std::string& messages = channel.messages();
  const std::string said = channel.connection().with_words_of(messages);
  if (sudo == seal::Sudo::kNone) {
    return fail(ErrorCode::kForbidden, "login-refused", "the account at the server gives no shell" + said);
  }
  const bool terminal =
      messages.find("tty") != std::string::npos || messages.find("terminal") != std::string::npos;
  return fail(ErrorCode::kForbidden, "sudo-refused",
              (terminal ? "sudo at the server wants a terminal (requiretty), which a program has not"
                        : "sudo at the server does not let this account become root") +
                  said);
}

/// Waits for the shell's mark, and tells sudo its password when it asks, which it does once.
Status wait_for_shell(SshChannel& channel, const seal::Access& access, const std::string& mark,
                      const std::string& prompt, const Wait& wait) {
  bool told = false;
  while (true) {
    if (const auto at = channel.out().find(mark + "\n"); at != std::string::npos) {
      channel.out().erase(0, at + mark.size() + 1);
      return {};
    }
    if (const auto at = channel.messages().find(prompt);
        access.sudo == seal::Sudo::kWithPassword && at != std::string::npos) {
      channel.messages().erase(0, at + prompt.size());
      if (told) return fail(ErrorCode::kForbidden, "sudo-refused", "sudo at the server refuses the password");
      told = true;
      channel.connection().tells_password();
      RESCUE_TRY(channel.write(access.sudo_password.view(), wait, "to answer sudo"));
      RESCUE_TRY(channel.write("\n", wait, "to answer sudo"));
    }
    if (channel.out().size() > kNoiseMax) {
      return fail(ErrorCode::kCorrupt, "target-garbage",
                  "the account's shell says something else without end");
    }
    if (channel.over()) return no_shell(access.sudo, channel);
    RESCUE_TRY(channel.turn(wait, "to begin a shell"));
  }
}

/// The shell's next line.
Result<std::string> next_line(SshChannel& channel, const Wait& wait, const std::string& what) {
  constexpr std::size_t kLineMax = 4'096;
  while (true) {
    if (const auto end = channel.out().find('\n'); end != std::string::npos && end <= kLineMax) {
      std::string line = channel.out().substr(0, end);
      channel.out().erase(0, end + 1);
      return line;
    }
    if (channel.out().size() > kLineMax) {
      return fail(ErrorCode::kCorrupt, "target-garbage",
                  "the shell at the server does not say what our script says");
    }
    if (channel.over()) return lost(channel);
    RESCUE_TRY(channel.turn(wait, what));
  }
}

Status check_machine(const SshConnection& connection, std::string_view words) {
  utsname own{};
  ::uname(&own);
  const std::string wanted = std::string(own.sysname) + " " + own.machine;
  if (words == wanted) return {};
  return fail(ErrorCode::kConflict, "target-unsupported",
              "our programs are for " + wanted + "; the server is another" + connection.with_words_of(words));
}

tl::unexpected<Error> no_place(const SshConnection& connection, const std::string& why) {
  const bool full = why.find("no room") != std::string::npos;
  return fail(ErrorCode::kConflict, full ? "target-no-room" : "target-no-place",
              (full ? "the server has no room for our program anywhere it could run"
                    : "the server has no folder where we may both write and run a program") +
                  connection.with_words_of(why));
}

/// Whether the server tells the keeper's SHA-256, or sends it back where it cannot tell.
Result<bool> arrived_whole(SshChannel& channel, std::string sum, const SshConnection& connection) {
  const std::string_view keeper = keeper_program();
  if (!sum.empty()) return sum == sha256_hex(keeper);
  const Wait wait = connection.until(connection.options().patience.upload);
  RESCUE_TRY(channel.write("back\n", wait, "to read the program back"));
  while (channel.out().size() < keeper.size() && !channel.over()) {
    RESCUE_TRY(channel.turn(wait, "to read the program back"));
  }
  const bool same = channel.out().starts_with(keeper);
  channel.out().erase(0, keeper.size());
  RESCUE_ASSIGN(sum, next_line(channel, wait, "to read the program back"));
  return same;
}

enum class Step { kRuns, kElsewhere };

/// One try. kElsewhere: the place it was sent to does not take it; `wish` knows now.
Result<Step> try_place(SshChannel& channel, const SshConnection& connection, ScriptWish& wish) {
  const Wait wait = connection.until(connection.options().patience.answer);
  RESCUE_TRY(channel.write(place_script(wish) + "\n", wait, "to send our script"));
  std::string refusals;
  while (true) {
    RESCUE_ASSIGN(const std::string line, next_line(channel, wait, "to find a place for our program"));
    if (line.starts_with("machine ")) {
      RESCUE_TRY(check_machine(connection, std::string_view(line).substr(8)));
    } else if (line.starts_with("no ")) {
      refusals += (refusals.empty() ? "" : ", ") + last_words(line);
    } else if (line.starts_with("send ")) {
      const std::string folder = line.substr(5);
      wish.without.push_back(folder.substr(0, folder.rfind('/')));
      break;
    } else {
      return no_place(connection, refusals);
    }
  }
  const Wait longer = connection.until(connection.options().patience.upload);
  RESCUE_TRY(channel.write(keeper_program(), longer, "to send our program"));
  RESCUE_ASSIGN(const std::string line, next_line(channel, longer, "to send our program"));
  if (line == "short") return Step::kElsewhere;
  if (!line.starts_with("sum"))
    return fail(ErrorCode::kCorrupt, "target-garbage",
                "the shell at the server does not say what our script says");
  RESCUE_ASSIGN(const bool whole, arrived_whole(channel, line.size() > 4 ? line.substr(4) : "", connection));
  if (!whole)
    return fail(ErrorCode::kCorrupt, "program-damaged",
                "what the server has of our program is not what was sent");
  RESCUE_TRY(channel.write("go\n", longer, "to run our program"));
  return Step::kRuns;
}

}  // namespace

Result<std::unique_ptr<SshChannel>> place_keeper(SshConnection& connection, const seal::Access& access,
                                                 const ProgramRun& run) {
  constexpr int kTries = 6;
  const auto& patience = connection.options().patience;
  ScriptWish wish{.job = run.job,
                  .nonce = random_hex(8),
                  .keeper_bytes = keeper_program().size(),
                  .patience = 2 * patience.silence,
                  .silence = patience.silence,
                  .without = {}};
  for (int i = 0; i < kTries; ++i) {
    const std::string mark = "rescue-" + random_hex(16), prompt = "rescue-" + random_hex(16) + ":";
    RESCUE_ASSIGN(auto channel, SshChannel::run(connection, opening_command(access.sudo, mark, prompt)));
    RESCUE_TRY(wait_for_shell(*channel, access, mark, prompt, connection.until(patience.answer)));
    RESCUE_ASSIGN(const Step step, try_place(*channel, connection, wish));
    if (step == Step::kRuns) return channel;
  }
  return fail(ErrorCode::kConflict, "target-no-room", "no place at the server takes our program whole");
}

}  // namespace rescue::target
