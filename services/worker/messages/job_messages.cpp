#include "job_messages.hpp"

#include "rescue/incident/complaint.hpp"

namespace rescue::worker {
namespace {

constexpr std::int64_t kLeaseMaxS = 86'400;

constexpr std::size_t kComplaintsMax = 16, kAddressesMax = 256, kAddressBytesMax = 64;

/// {addresses, contract_addresses?, complaints, contract?, given_us?}, each complaint as the door takes it.
Result<Json> read_outside(JsonReader in) {
  const auto addresses = in.texts("addresses", kAddressesMax, {.max_bytes = kAddressBytesMax});
  std::optional<std::vector<std::string>> of_contract;
  if (in.raw("contract_addresses") != nullptr) {
    of_contract = in.texts("contract_addresses", kAddressesMax, {.max_bytes = kAddressBytesMax});
  }
  std::optional<std::string> contract;
  if (in.raw("contract") != nullptr) contract = in.one_of("contract", {"theirs", "over", "not_asked"});
  const auto given_us = in.optional_integer("given_us", 0, INT64_MAX);
  const Json* listed = in.raw("complaints");
  if (listed == nullptr || !listed->is_array() || listed->size() > kComplaintsMax) {
    in.fault("complaints", "wrong-type", "must be a list of complaints");
  }
  RESCUE_TRY(in.done());
  Json complaints = Json::array();
  for (const auto& one : *listed) {
    RESCUE_ASSIGN(const auto complaint, incident::read_complaint(JsonReader(one, "/outside/complaints")));
    complaints.push_back(incident::to_json(complaint));
  }
  Json out{{"addresses", addresses}, {"complaints", std::move(complaints)}};
  if (of_contract) out["contract_addresses"] = *std::move(of_contract);
  if (contract) out["contract"] = *std::move(contract);
  if (given_us) out["given_us"] = *given_us;
  return out;
}

/// How to reach the running server; nothing: the attempt is for the mounted disk.
Result<std::optional<seal::SealedBox>> read_access(JsonReader& in) {
  auto access = in.optional_object("access");
  if (!access) return std::optional<seal::SealedBox>();
  seal::SealedBox box{access->text("key_id", {.max_bytes = 64}),
                      access->text("sealed", {.max_bytes = seal::kSealedBytesMax})};
  RESCUE_TRY(access->done());
  return std::optional<seal::SealedBox>(std::move(box));
}

Result<Attempt> read_attempt(const Message& message, Timestamp now) {
  JsonReader in(message.body);
  Attempt out;
  out.job_id = in.text("job_id", {.max_bytes = 100});
  out.kind = in.text("kind", {.max_bytes = 50});
  out.attempt = in.integer("attempt", 1, 1'000'000);
  out.server_id = in.text("server_id", {.max_bytes = 200});
  out.lease_s = in.integer("lease_s", 1, kLeaseMaxS);
  out.priority = in.optional_integer("priority", 0, 1'000).value_or(0);
  out.take_over = in.boolean("take_over", false);
  RESCUE_ASSIGN(out.access, read_access(in));
  // Held to its form by the kind of job that it is for.
  if (const Json* instructions = in.raw("instructions")) out.instructions = *instructions;
  auto outside = in.optional_object("outside");
  RESCUE_TRY(in.done());
  if (outside) {
    RESCUE_ASSIGN(out.outside, read_outside(*std::move(outside)));
  }
  out.incident_id = message.incident_id;
  out.traceparent = message.traceparent;
  out.received_us = to_us(now);
  return out;
}

}  // namespace

Status JobMessages::on_dispatched(store::Tx& tx, const Message& message) {
  RESCUE_ASSIGN(const Attempt attempt, read_attempt(message, clock_->now()));
  RESCUE_ASSIGN(const auto recorded, journal_->record(tx, attempt));
  if (recorded == Journal::Recorded::kNew) tx.after_commit([pool = pool_] { pool->wake(); });
  return {};
}

Status JobMessages::on_cancelled(store::Tx& tx, const Message& message) {
  JsonReader in(message.body);
  const std::string job_id = in.text("job_id", {.max_bytes = 100});
  RESCUE_TRY(in.done());
  RESCUE_ASSIGN(const auto running, journal_->cancel(tx, job_id, to_us(clock_->now())));
  if (running > 0) tx.after_commit([pool = pool_, job_id, running] { pool->cancel(job_id, running); });
  return {};
}

Status JobMessages::on_recalled(store::Tx& tx, const Message& message) {
  JsonReader in(message.body);
  const std::string job_id = in.text("job_id", {.max_bytes = 100});
  const auto attempt = in.integer("attempt", 1, 1'000'000);
  RESCUE_TRY(in.done());
  return journal_->recall(tx, job_id, attempt, to_us(clock_->now()));
}

}  // namespace rescue::worker
