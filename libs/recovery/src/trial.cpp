#include "trial.hpp"

#include <unistd.h>

#include <filesystem>

#include "rescue/recovery/step_book.hpp"

namespace rescue::recovery {
namespace {

/// It goes through all of the mail server's folders.
constexpr std::chrono::seconds kLookThrough{120};
const std::string kTrial = std::string(kStateFolder) + "/trial";

/// The file as it will be.
Result<std::optional<FileState>> coming(const ServerFiles& files, const Step& step, const std::string& path) {
  for (const auto& file : step.files) {
    if (file.path == path) return file.after;
  }
  return files.read(path);
}

Status lay_out(const ServerFiles& files, const Step& step, const std::string& from,
               std::initializer_list<const char*> names) {
  for (const char* name : names) {
    RESCUE_ASSIGN(auto file, coming(files, step, from + name));
    if (file) RESCUE_TRY(files.put(kTrial + name, *file));
    if (!file) RESCUE_TRY(files.remove(kTrial + name));
  }
  return {};
}

Status ask(const RunProgram& run, const Command& command) {
  constexpr std::size_t kMost = 1'000;
  RESCUE_ASSIGN(const auto ended, run(command));
  if (ended.exit_code == 0) return {};
  return fail(ErrorCode::kConflict, "configuration-refused",
              command.program + " does not take the new settings: " + said_by(ended, kMost));
}

}  // namespace

std::string program_of(const ServerFiles& files, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    std::error_code error;
    if (std::filesystem::exists(files.outer(name), error)) return name;
  }
  return *names.begin();
}

Status try_files(const ServerFiles& files, const Step& step, const RunProgram& run) {
  switch (step.check) {
    case Check::kNone:
    case Check::kPhpFpm:  // one line of a form of ours, which it reads in its own folder only
      return {};
    case Check::kApache: {
      RESCUE_TRY(files.make_private_folder(kTrial));
      RESCUE_TRY(files.put(kTrial + "/apache.conf", *step.files.front().after));
      return ask(run, {.program = program_of(files, {"/usr/sbin/apache2ctl", "/usr/sbin/apachectl"}),
                       .arguments = {"-t", "-c", "Include " + kTrial + "/apache.conf"}});
    }
    case Check::kPostfix: {
      RESCUE_TRY(files.make_private_folder(kTrial));
      RESCUE_TRY(lay_out(files, step, "/etc/postfix", {"/main.cf", "/master.cf"}));
      return ask(
          run,
          {.program = "/usr/sbin/postfix", .arguments = {"-c", kTrial, "check"}, .patience = kLookThrough});
    }
    case Check::kExim: {
      RESCUE_TRY(files.make_private_folder(kTrial));
      FileState file = *step.files.front().after;
      file.uid = ::geteuid();
      file.gid = ::getegid();
      file.mode = 0600;
      RESCUE_TRY(files.put(kTrial + "/exim.conf", file));
      return ask(run, {.program = program_of(files, {"/usr/sbin/exim4", "/usr/sbin/exim"}),
                       .arguments = {"-bV", "-C", kTrial + "/exim.conf"}});
    }
  }
  return {};
}

}  // namespace rescue::recovery
