// rescue-queue-driver plan|hold|purge|release|restore|forget ROOT CRITERIA [KEPT-BYTES]: what queue_work.hpp
// does, as JSON on stdout.
#include <ctime>
#include <exception>
#include <iostream>
#include <string>

#include "rescue/recovery/queue_work.hpp"

namespace {

using rescue::Json;
using rescue::Result;

Result<Json> run(const std::string& what, const rescue::recovery::QueueOptions& options,
                 const Json& criteria) {
  using namespace rescue::recovery;  // NOLINT(google-build-using-namespace): its functions
  if (what == "plan") return plan_queue(options, criteria);
  if (what == "hold") return hold_queue(options, criteria);
  if (what == "purge") return purge_queue(options, criteria);
  if (what == "release") return release_queue(options);
  if (what == "restore") return restore_queue(options);
  if (what == "forget") return forget_queue(options);
  return rescue::fail(rescue::ErrorCode::kInvalid, "bad-request",
                      "plan, hold, purge, release, restore or forget");
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc < 4) return 2;
    rescue::recovery::QueueOptions options;
    options.root = argv[2];
    options.seconds = std::time(nullptr);
    if (argc > 4) options.most_kept_bytes = std::stoull(argv[4]);
    const auto criteria = rescue::parse_json(argv[3]);
    const auto done = criteria ? run(argv[1], options, *criteria) : criteria;
    if (!done) {
      std::cerr << done.error().problem << ": " << done.error().detail << ' ' << done.error().pointer << '\n';
      return 1;
    }
    std::cout << rescue::dump_json(*done) << '\n';
    return 0;
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 3;
  }
}
