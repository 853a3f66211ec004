// outside-look '{"kind": "open_relay"}' ADDRESS: looks at the address as the precheck would and prints what
// it saw, with the transcript. The range's networks are allowed.
#include <csignal>
#include <iostream>

#include "rescue/outside/check.hpp"

int main(int argc, char** argv) {
  using namespace rescue;  // NOLINT(google-build-using-namespace): a program of one function
  if (argc != 3) return 2;
  std::signal(SIGPIPE, SIG_IGN);
  const auto body = parse_json(argv[1]);
  if (!body) return 2;
  const auto complaint = incident::read_complaint(JsonReader(*body));
  auto allow = net::Networks::parse({"192.0.2.0/24"});
  if (!complaint || !allow) return 2;
  outside::Options options;
  options.allow = *std::move(allow);
  const SystemClock clock;
  std::cout << dump_json(outside::to_json(outside::check_complaint(*complaint, {argv[2]}, options, clock)))
            << '\n';
  return 0;
}
