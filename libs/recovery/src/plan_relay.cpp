// Closing the relay: what the settings of the mail server that runs here need.
#include "plan_parts.hpp"
#include "rescue/recovery/postfix_server.hpp"

namespace rescue::recovery {
namespace {

std::string sentences(const std::vector<std::string>& all) {
  std::string out;
  for (const auto& one : all) out += one + ". ";
  if (!out.empty()) out.pop_back();
  return out;
}

/// What could not be judged is not told to be closed.
void refuses(const RelayView& view, ResponsePlan& plan) {
  constexpr std::size_t kMostTold = 10;
  if (view.unsure.empty()) {
    plan.already.emplace_back("Postfix refuses to relay for strangers.");
    return;
  }
  std::string why;
  for (std::size_t i = 0; i < view.unsure.size() && i < kMostTold; ++i)
    why += (why.empty() ? "" : "; ") + view.unsure[i];
  plan.manual.push_back({"Look whether postfix relays for strangers", why});
}

}  // namespace

void plan_postfix_relay(const LiveServer& server, ResponsePlan& plan) {
  const auto read = read_postfix(server);
  if (!read) {
    plan.manual.push_back({"Close postfix's relay by hand", read.error().detail});
    return;
  }
  if (!*read) return;
  const auto& postfix = **read;
  const auto view = view_relay(postfix.config, postfix.facts);
  if (!view.open) return refuses(view, plan);
  const auto& door = view.open;
  auto repair =
      close_relay(postfix.main_cf.bytes, postfix.master_cf.bytes, postfix.config.hostname, postfix.facts);
  if (!repair.left_open.empty()) {
    plan.manual.push_back({"Close postfix's relay by hand", repair.left_open});
    plan.relay_open = true;
    return;
  }
  Step step{.id = "close-relay",
            .title = "Close the open relay of postfix. " + sentences(repair.what),
            .why = "At the service " + door->service + " strangers may relay: " + door->reason + ".",
            .check = Check::kPostfix};
  if (repair.main_cf != postfix.main_cf.bytes)
    step.files.push_back(changed("/etc/postfix/main.cf", postfix.main_cf, std::move(repair.main_cf)));
  if (repair.master_cf != postfix.master_cf.bytes)
    step.files.push_back(changed("/etc/postfix/master.cf", postfix.master_cf, std::move(repair.master_cf)));
  for (auto& [path, text] : repair.files) {
    const auto file = server.files.read(path);
    if (!file || !*file) continue;
    step.files.push_back(changed(path, **file, std::move(text)));
  }
  step.actions.push_back(reload_postfix());
  step.actions.push_back(end_sessions_of_before());
  plan.steps.push_back(std::move(step));
}

}  // namespace rescue::recovery
