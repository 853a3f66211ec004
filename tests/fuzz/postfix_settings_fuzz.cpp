#include <cstdlib>

#include "fuzz_input.hpp"
#include "rescue/recovery/postfix_relay.hpp"

using namespace rescue;  // NOLINT(google-build-using-namespace): a program of one function

/// main.cf and master.cf with a zero between them. What is called closed is closed, and stays as it is the
/// second time.
void fuzz_one(std::string_view input) {
  const auto middle = std::min(input.find('\0'), input.size());
  const auto main = input.substr(0, middle);
  const auto master = input.substr(std::min(middle + 1, input.size()));
  recovery::PostfixFacts facts;
  facts.own_networks = {"192.0.2.1/32"};
  const auto repair = recovery::close_relay(main, master, "mail.example.jp", facts);
  if (!repair.left_open.empty()) return;
  evidence::PostfixConfig config;
  config.read = true;
  config.hostname = "mail.example.jp";
  config.main = evidence::parse_main_cf(repair.main_cf, "/etc/postfix/main.cf");
  config.services = evidence::parse_master_cf(repair.master_cf, "/etc/postfix/master.cf");
  if (recovery::view_relay(config, facts).open) std::abort();
  const auto again = recovery::close_relay(repair.main_cf, repair.master_cf, "mail.example.jp", facts);
  if (again.main_cf != repair.main_cf || again.master_cf != repair.master_cf) std::abort();
}
