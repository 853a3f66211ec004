#include "rescue/target/ssh_target.hpp"

#include <filesystem>
#include <fstream>

#include "ssh_connection.hpp"
#include "ssh_running.hpp"
#include "upload.hpp"

namespace rescue::target {
namespace {

Result<std::string> read_program(const std::string& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  std::string bytes(error ? 0 : size, '\0');
  std::ifstream in(path, std::ios::binary);
  if (in.read(bytes.data(), static_cast<std::streamsize>(bytes.size())) && !bytes.empty()) return bytes;
  return fail(ErrorCode::kUnavailable, "probe-not-started", path + " is no program that can be read");
}

}  // namespace

SshTarget::SshTarget(seal::Access access, SshOptions options, std::unique_ptr<SshConnection> connection)
    : access_(std::move(access)), options_(std::move(options)), connection_(std::move(connection)) {
  access_.private_key = {};
  access_.password = {};
}

SshTarget::~SshTarget() = default;

Result<std::unique_ptr<SshTarget>> SshTarget::connect(seal::Access access, SshOptions options) {
  RESCUE_ASSIGN(auto connection, SshConnection::open(access, options));
  return std::unique_ptr<SshTarget>(
      new SshTarget(std::move(access), std::move(options), std::move(connection)));
}

std::string SshTarget::described() const {
  return "over SSH";
}

Result<std::unique_ptr<Running>> SshTarget::start(const ProgramRun& run) {
  RESCUE_ASSIGN(const std::string program, read_program(run.program));
  RESCUE_ASSIGN(auto channel, place_keeper(*connection_, access_, run));
  auto running = std::make_unique<SshRunning>(std::move(channel));
  RESCUE_TRY(running->begin(run, program));
  return running;
}

}  // namespace rescue::target
