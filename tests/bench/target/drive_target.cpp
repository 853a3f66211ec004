// Runs one program at a server over SSH, for tests/prove: the access stands on stdin, what came of it is one
// JSON line on stdout.
//   drive-target <file for the program's stdout> <program> [argument …] < access.json
#include <fstream>
#include <iostream>
#include <iterator>

#include "rescue/base/json.hpp"
#include "rescue/target/ssh_target.hpp"

namespace {

using namespace rescue;  // NOLINT(google-build-using-namespace): a program of one file
using std::chrono::steady_clock;

constexpr std::size_t kOutputMax = 64U << 20U;

Result<target::Ending> run(seal::Access access, const target::ProgramRun& program, std::ofstream& out) {
  RESCUE_ASSIGN(const auto server, target::SshTarget::connect(std::move(access), {}));
  std::cerr << "connected" << std::endl;
  RESCUE_ASSIGN(const auto running, server->start(program));
  std::cerr << "runs" << std::endl;
  std::size_t came = 0;
  while (true) {
    RESCUE_ASSIGN(const auto heard, running->hear(steady_clock::now() + std::chrono::seconds(1)));
    out << heard.out;
    std::cerr << heard.messages << std::flush;
    came += heard.out.size();
    if (came > kOutputMax)
      return fail(ErrorCode::kTooLarge, "probe-output-too-large", "it writes without end");
    if (heard.ending) return *heard.ending;
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  const auto begun = steady_clock::now();
  const std::string json{std::istreambuf_iterator<char>(std::cin), {}};
  std::ofstream out(argv[1], std::ios::binary);
  auto access = seal::read_access(json);
  Result<target::Ending> ending = fail(ErrorCode::kInvalid, "bad-access", "the access cannot be read");
  if (access)
    ending = run(*std::move(access),
                 {.program = argv[2], .arguments = {argv + 3, argv + argc}, .job = "job_drive"}, out);
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(steady_clock::now() - begun);
  Json told{{"took_ms", took.count()}, {"problem", nullptr}, {"detail", nullptr}};
  if (ending) {
    told["exit_code"] = ending->exit_code;
    told["signal"] = ending->signal;
  } else {
    told["problem"] = ending.error().problem;
    told["detail"] = ending.error().detail;
  }
  std::cout << dump_json(told) << std::endl;
  return 0;
}
