#include "notices/courier.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>
#include <thread>

#include "rescue/base/failpoint.hpp"

namespace rescue::workflow {
namespace {

using delivery::Outcome;
using delivery::Verdict;
using std::chrono::microseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::size_t kAtOnceMax = 8;
constexpr std::int64_t kLookedAtMax = 200;
/// Over this the notice goes without the report, and is no delivery of it.
constexpr std::size_t kReportBytesMax = 1024UL * 1024;
/// As often a way that the contacts do not name is looked for again: another replica may have read them
/// earlier than this one.
constexpr std::int64_t kLookedForAgain = 2;
/// What others to the same destination wait at most when one has failed.
constexpr minutes kOthersWaitMax{5};

/// Connecting and sending are over by then, or the process that had it is.
microseconds hold(const NoticeSettings& settings) {
  return settings.timeout * 2 + seconds(1);
}

Outcome lost(std::string why) {
  return {.verdict = Verdict::kLater, .problem = "transfer-failed", .detail = std::move(why)};
}

std::string outcome_word(const Outcome& outcome, bool over) {
  if (outcome.verdict == Verdict::kDelivered) return "delivered";
  return over ? "failed" : "later";
}

}  // namespace

Courier::Courier(Casework& casework) : casework_(&casework), settings_(&casework.config.notices) {
  const auto& relay = settings_->relay;
  mail_.relay_url = relay.url;
  mail_.from = relay.from;
  mail_.user = relay.user;
  mail_.require_tls = relay.require_tls;
  mail_.ca_file = settings_->ca_file;
  mail_.timeout = settings_->timeout;
  if (!relay.password_file.empty()) {
    auto text = read_settings_file(relay.password_file);
    if (!text) throw std::runtime_error("notices.mail.password_file: " + text.error().detail);
    mail_.password = text->substr(0, text->find_first_of("\r\n"));
  }
  webhook_.allow_private_addresses = settings_->allow_private_addresses;
  webhook_.allow_http = settings_->allow_http;
  webhook_.ca_file = settings_->ca_file;
  webhook_.timeout = settings_->timeout;
}

Status Courier::deliver_due() {
  RESCUE_ASSIGN(const auto due, find_due());
  if (due.empty()) return {};
  RESCUE_ASSIGN(auto parcels, take(due));
  {
    std::vector<std::jthread> carriers;
    for (auto& parcel : parcels) carriers.emplace_back([this, &parcel] { parcel.outcome = send(parcel); });
  }
  Status last;
  for (const auto& parcel : parcels) {
    if (const auto recorded = record(parcel); !recorded) last = recorded;
  }
  casework_->service.wake("notices");
  return last;
}

Result<std::vector<std::string>> Courier::find_due() {
  return casework_->service.database().read([&](store::Tx& tx) -> Result<std::vector<std::string>> {
    RESCUE_ASSIGN(const auto rows,
                  tx.query("SELECT delivery_id, channel, destination FROM notice_deliveries WHERE state = "
                           "'pending' AND next_us <= ? ORDER BY next_us LIMIT ?",
                           {to_us(casework_->service.clock().now()), kLookedAtMax}));
    std::vector<std::string> ids;
    std::set<std::pair<std::string, std::string>> destinations;
    for (const auto& row : rows) {
      if (ids.size() == kAtOnceMax) break;
      if (destinations.emplace(row.text(1), row.text(2)).second) ids.push_back(row.text(0));
    }
    return ids;
  });
}

Result<std::vector<Courier::Parcel>> Courier::take(const std::vector<std::string>& ids) {
  return casework_->service.database().write([&](store::Tx& tx) -> Result<std::vector<Parcel>> {
    std::vector<Parcel> parcels;
    for (const auto& id : ids) {
      RESCUE_ASSIGN(auto parcel, take_one(tx, id));
      if (parcel) parcels.push_back(*std::move(parcel));
    }
    return parcels;
  });
}

Result<std::optional<Courier::Parcel>> Courier::take_one(store::Tx& tx, const std::string& id) {
  const auto now_us = to_us(casework_->service.clock().now());
  RESCUE_ASSIGN(const auto taken,
                tx.execute("UPDATE notice_deliveries SET attempts = attempts + 1, next_us = ? WHERE "
                           "delivery_id = ? AND state = 'pending' AND next_us <= ?",
                           {now_us + hold(*settings_).count(), id, now_us}));
  if (taken == 0) return std::optional<Parcel>();  // another replica was quicker
  Parcel parcel;
  RESCUE_ASSIGN(const auto row,
                tx.find("SELECT notice_id FROM notice_deliveries WHERE delivery_id = ?", {id}));
  RESCUE_ASSIGN(const auto deliveries, deliveries_of(tx, row->text(0)));
  for (const auto& one : deliveries) {
    if (one.id == id) parcel.delivery = one;
  }
  RESCUE_ASSIGN(parcel.notice, load_notice(tx, row->text(0)));
  RESCUE_TRY(
      tx.execute("UPDATE notice_attempts SET ended_us = ?, outcome = 'unknown' WHERE delivery_id = ? "
                 "AND ended_us IS NULL",
                 {now_us, id}));
  RESCUE_TRY(tx.execute("INSERT INTO notice_attempts (delivery_id, number, begun_us) VALUES (?,?,?)",
                        {id, parcel.delivery.attempts, now_us}));
  RESCUE_TRY(pack(tx, parcel));
  return std::optional<Parcel>(std::move(parcel));
}

Status Courier::pack(store::Tx& tx, Parcel& parcel) {
  const auto& notice = parcel.notice;
  parcel.contacts = casework_->notices.contacts();
  const bool by_mail = parcel.delivery.channel == kMail;
  if (const auto* contact = parcel.contacts->find(notice.audience, notice.recipient)) {
    // Held against the recipient: an id or address may have become another's.
    const auto& ways = by_mail ? contact->mail : contact->endpoints;
    parcel.reachable = std::find(ways.begin(), ways.end(), parcel.delivery.destination) != ways.end();
    parcel.language = contact->language;
  }
  if (by_mail) return {};
  if (parcel.reachable) parcel.endpoint = parcel.contacts->endpoint(parcel.delivery.destination);
  Json data{{"notice_id", notice.id},
            {"subject", Json::object()},
            {"text", Json::object()},
            {"facts", notice.facts}};
  for (const auto* language : {"ja", "en"}) {
    data["subject"][language] = notice.texts.at(language).at("subject");
    data["text"][language] = notice.texts.at(language).at("text");
  }
  if (notice.audience == "customer") data["customer"] = notice.recipient;
  if (notice.kind == "report_ready") {
    RESCUE_ASSIGN(const auto row,
                  tx.find("SELECT report FROM incidents WHERE incident_id = ? AND report_sha256 = ?",
                          {notice.incident_id, notice.subject}));
    parcel.with_report = row && row->text(0).size() <= kReportBytesMax;
    data["report"] = parcel.with_report ? parse_json(row->text(0)).value_or(Json()) : Json();
  }
  parcel.body = dump_json({{"type", "notice." + notice.kind},
                           {"timestamp", format_rfc3339(from_us(notice.created_us))},
                           {"data", std::move(data)}});
  return {};
}

Outcome Courier::send(const Parcel& parcel) const {
  if (failpoint("notice.send.before")) return lost("it was not sent");
  const auto outcome = carry(parcel);
  return failpoint("notice.send.after") ? lost("its answer was not heard") : outcome;
}

Outcome Courier::carry(const Parcel& parcel) const {
  const auto never = [](const char* problem, const char* detail) {
    return Outcome{.verdict = Verdict::kNever, .problem = problem, .detail = detail};
  };
  const bool by_mail = parcel.delivery.channel == kMail;
  if (by_mail && mail_.relay_url.empty()) return never("no-relay", "there is no mail relay any more");
  if (!parcel.reachable) {
    auto gone =
        never("contact-removed", "the contacts file does not name this way to the recipient any more");
    const auto tries = parcel.delivery.attempts - parcel.delivery.round_from;
    if (tries <= kLookedForAgain) gone.verdict = Verdict::kLater;
    return gone;
  }
  try {
    if (!by_mail) {
      // The recipient holds the time against its own clock: the one that the machine has.
      return delivery::send_webhook(parcel.endpoint->url, parcel.endpoint->secrets,
                                    {parcel.notice.id, parcel.body, SystemClock().now()}, webhook_);
    }
    const auto& words = parcel.notice.texts.at(parcel.language);
    return delivery::send_mail({.id = parcel.notice.id,
                                .to = parcel.delivery.destination,
                                .subject = words.at("subject").get<std::string>(),
                                .text = words.at("text").get<std::string>(),
                                .language = parcel.language,
                                .date = from_us(parcel.notice.created_us)},
                               mail_);
  } catch (const std::exception& error) {
    // On a thread of its own it would end the process, at each attempt again.
    return lost(error.what());
  }
}

Status Courier::record(const Parcel& parcel) {
  return casework_->service.database().write([&](store::Tx& tx) { return record_in(tx, parcel); });
}

Status Courier::record_in(store::Tx& tx, const Parcel& parcel) {
  RESCUE_ASSIGN(const auto row, tx.find("SELECT state, attempts FROM notice_deliveries WHERE delivery_id = ?",
                                        {parcel.delivery.id}));
  const auto& outcome = parcel.outcome;
  const bool ours = row && row->integer(1) == parcel.delivery.attempts;
  const auto tries = parcel.delivery.attempts - parcel.delivery.round_from;
  const bool over =
      outcome.verdict != Verdict::kLater || tries > static_cast<std::int64_t>(settings_->retry_pauses.size());
  const auto word = outcome_word(outcome, over);
  RESCUE_TRY(
      tx.execute("UPDATE notice_attempts SET ended_us = ?, outcome = ?, problem = ?, detail = ?, "
                 "status = ? WHERE delivery_id = ? AND number = ?",
                 {to_us(casework_->service.clock().now()), word, outcome.problem, outcome.detail,
                  std::int64_t{outcome.status}, parcel.delivery.id, parcel.delivery.attempts}));
  tx.after_commit([service = &casework_->service, word, channel = parcel.delivery.channel,
                   fields = Json{{"incident_id", parcel.notice.incident_id},
                                 {"notice_id", parcel.notice.id},
                                 {"kind", parcel.notice.kind},
                                 {"channel", parcel.delivery.channel},
                                 {"attempt", parcel.delivery.attempts},
                                 {"outcome", word},
                                 {"detail", outcome.detail}}] {
    service->log().info("notice.attempted", fields);
    service->metrics()
        .counter("rescue_notices_total", "Attempts to deliver a notice, by channel and outcome.",
                 {{"channel", channel}, {"outcome", word}})
        .add();
  });
  // Dropped or taken by another meanwhile: a delivery that worked counts all the same.
  if (outcome.verdict == Verdict::kDelivered) return delivered(tx, parcel);
  if (!ours || row->text(0) != "pending") return {};
  return failed(tx, parcel);
}

Status Courier::delivered(store::Tx& tx, const Parcel& parcel) {
  auto done = parcel.delivery;
  done.problem.clear();
  done.detail = parcel.outcome.detail;
  RESCUE_TRY(casework_->notices.end_delivery(tx, done, "delivered"));
  if (done.channel == kWebhook) RESCUE_TRY(casework_->notices.endpoint_answered(tx, done.destination));
  RESCUE_ASSIGN(const auto notice, load_notice(tx, parcel.notice.id));
  if (notice.state == "withdrawn") return {};
  RESCUE_TRY(casework_->notices.receive(tx, notice, {done.channel, done.destination, done.detail}));
  return complete_if_report(tx, parcel);
}

Status Courier::failed(store::Tx& tx, Parcel parcel) {
  auto& delivery = parcel.delivery;
  const auto& outcome = parcel.outcome;
  delivery.problem = outcome.problem;
  delivery.detail = outcome.detail;
  const auto now = casework_->service.clock().now();
  const auto tries = delivery.attempts - delivery.round_from;
  if (delivery.channel == kWebhook) {
    if (outcome.verdict == Verdict::kGone) {
      return casework_->notices.disable_endpoint(tx, delivery.destination, parcel.notice.incident_id,
                                                 "it answered 410: it wants nothing any more");
    }
    RESCUE_ASSIGN(const auto since_us, casework_->notices.endpoint_failed(tx, delivery.destination));
    if (now - from_us(since_us) >= settings_->endpoint_dead_after) {
      return casework_->notices.disable_endpoint(
          tx, delivery.destination, parcel.notice.incident_id,
          "it has not taken anything since " + format_rfc3339(from_us(since_us)) + ": " + outcome.detail);
    }
  }
  if (outcome.verdict == Verdict::kNever ||
      tries > static_cast<std::int64_t>(settings_->retry_pauses.size())) {
    return casework_->notices.end_delivery(tx, delivery, "failed");
  }
  const auto pause = pause_after(tries, outcome.retry_after);
  RESCUE_TRY(
      tx.execute("UPDATE notice_deliveries SET next_us = ?, problem = ?, detail = ? WHERE delivery_id = ?",
                 {to_us(now + pause), delivery.problem, delivery.detail, delivery.id}));
  // Others to the same destination would fail too, and would take the turn of those to others.
  const auto others_us = to_us(now + std::min<microseconds>(pause, kOthersWaitMax));
  RESCUE_TRY(
      tx.execute("UPDATE notice_deliveries SET next_us = ? WHERE channel = ? AND destination = ? AND "
                 "state = 'pending' AND next_us < ?",
                 {others_us, delivery.channel, delivery.destination, others_us}));
  return {};
}

microseconds Courier::pause_after(std::int64_t tries, seconds asked) {
  const auto at = std::clamp<std::int64_t>(tries - 1, 0, std::ssize(settings_->retry_pauses) - 1);
  const auto pause = std::max(settings_->retry_pauses[static_cast<std::size_t>(at)], asked);
  const double share = std::uniform_real_distribution<double>(asked.count() > 0 ? 1.0 : 0.9, 1.1)(chance_);
  return microseconds(static_cast<std::int64_t>(share * static_cast<double>(microseconds(pause).count())));
}

}  // namespace rescue::workflow
