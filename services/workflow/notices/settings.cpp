#include "notices/settings.hpp"

#include <charconv>

#include "rescue/delivery/mail.hpp"

namespace rescue::workflow {
namespace {

using std::chrono::seconds;

constexpr std::size_t kPausesMax = 20;
constexpr std::int64_t kPauseMax_s = 7 * 86'400;

/// "5,300,1800": whole seconds.
void read_pauses(config::Source& source, std::vector<seconds>& pauses) {
  const auto text = source.text("notices.retry_pauses_s", "");
  if (text.empty()) return;
  std::vector<seconds> out;
  for (const char* at = text.data(); at <= text.data() + text.size();) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(at, text.data() + text.size(), value);
    const bool separated = end == text.data() + text.size() || *end == ',';
    if (error != std::errc() || !separated || value < 1 || value > kPauseMax_s || out.size() == kPausesMax) {
      return source.fault("notices.retry_pauses_s", "must be 1 to 20 whole seconds, parted by commas");
    }
    out.emplace_back(value);
    at = end + 1;
  }
  pauses = std::move(out);
}

void read_relay(config::Source& source, NoticeSettings::Relay& relay) {
  relay.url = source.text("notices.mail.relay_url", "");
  relay.from = source.text("notices.mail.from", "");
  relay.user = source.text("notices.mail.user", "");
  relay.password_file = source.text("notices.mail.password_file", "");
  relay.require_tls = source.boolean("notices.mail.require_tls", true);
  if (relay.url.empty()) return;
  if (const auto good = delivery::check_relay_url(relay.url); !good) {
    source.fault("notices.mail.relay_url", good.error().detail);
  }
  if (const auto good = delivery::check_mail_address(relay.from); !good) {
    source.fault("notices.mail.from", good.error().detail);
  }
  if (!relay.user.empty() && relay.password_file.empty()) {
    source.fault("notices.mail.password_file", "is needed where notices.mail.user is given");
  }
}

}  // namespace

NoticeSettings read_notice_settings(config::Source& source) {
  NoticeSettings out;
  out.contacts_file = source.text("notices.contacts_file", "");
  out.report_delivery = source.text("notices.report_delivery", out.report_delivery);
  if (out.report_delivery != "receipt" && out.report_delivery != "receipt_or_webhook" &&
      out.report_delivery != "receipt_or_webhook_or_mail") {
    source.fault("notices.report_delivery",
                 "must be one of: receipt, receipt_or_webhook, receipt_or_webhook_or_mail");
  }
  // Long enough to connect, short enough that a stop need not wait for it.
  out.timeout = seconds(source.integer("notices.timeout_s", out.timeout.count(), 1, 60));
  read_pauses(source, out.retry_pauses);
  out.endpoint_dead_after = source.seconds("notices.endpoint_dead_after_s", out.endpoint_dead_after);
  out.allow_private_addresses = source.boolean("notices.allow_private_addresses", false);
  out.allow_http = source.boolean("notices.allow_http", false);
  out.ca_file = source.text("notices.ca_file", "");
  read_relay(source, out.relay);
  return out;
}

}  // namespace rescue::workflow
