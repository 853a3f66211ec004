#include "app.hpp"

#include <unistd.h>

#include <filesystem>
#include <stdexcept>

#include "handlers/get_attempts.hpp"
#include "handlers/get_evidence.hpp"
#include "handlers/post_evidence.hpp"
#include "rescue/incident/messages.hpp"

extern const std::span<const rescue::EmbeddedFile> worker_migrations;

namespace rescue::worker {
namespace {

namespace messages = incident::messages;

std::unique_ptr<EvidenceStore> open_evidence(const Config& config) {
  auto store = EvidenceStore::open(config.evidence_dir, config.service.replica);
  if (!store) throw std::runtime_error("evidence.dir: " + store.error().detail);
  return *std::move(store);
}

Journal::Send sender(service::Service& service) {
  return [&service](store::Tx& tx, std::string_view type, const Attempt& attempt, Json body) {
    return service.send(tx, "workflow", std::string(type), attempt.incident_id, std::move(body),
                        attempt.trace());
  };
}

std::optional<std::string> probe_trouble(const std::string& path) {
  if (std::filesystem::is_regular_file(path) && ::access(path.c_str(), X_OK) == 0) return std::nullopt;
  return "probe.path: " + path + " is no program that can be run";
}

std::optional<std::string> disks_trouble(const std::string& dir) {
  if (std::filesystem::is_directory(dir) && ::access(dir.c_str(), R_OK | X_OK) == 0) return std::nullopt;
  return "disks.dir: " + dir + " is no directory that can be read";
}

}  // namespace

App::App(const Config& config, const Clock& clock)
    : config_(config),
      service_(config_.service, worker_migrations, clock),
      evidence_(open_evidence(config_)),
      journal_(config_.service.consumer_name.empty() ? config_.service.name : config_.service.consumer_name,
               sender(service_)),
      surroundings_{.config = config_,
                    .evidence = *evidence_,
                    .lock_keys = {service_.config().redis.secrets},
                    .worker = config_.service.consumer_name.empty() ? config_.service.name
                                                                    : config_.service.consumer_name},
      pool_({service_.database(), journal_, surroundings_, service_.log(), service_.metrics(),
             service_.clock()},
            config_.concurrency),
      messages_(journal_, pool_, service_.clock()) {
  recover();
  for (http::Route& route : routes()) service_.add_route(std::move(route));
  add_messages();
  add_readiness();
  add_gauges();
}

void App::recover() {
  const auto reported = service_.database().write(
      [this](store::Tx& tx) { return journal_.recover(tx, to_us(service_.clock().now())); });
  if (!reported) throw std::runtime_error("journal: " + reported.error().detail);
  if (*reported > 0) service_.log().warn("jobs.reported_after_restart", {{"count", *reported}});
}

std::vector<http::Route> App::routes() {
  return {{.method = http::Method::kGet,
           .pattern = "/v1/evidence/{sha256}",
           .roles = {"operator", "internal"},
           .handler =
               [this](const http::Request& request) {
                 return get_evidence(*evidence_, service_.log(), request);
               }},
          {.method = http::Method::kPost,
           .pattern = "/v1/evidence",
           .roles = {"operator", "internal"},
           .handler =
               [this](const http::Request& request) { return post_evidence(*evidence_, service_, request); }},
          {.method = http::Method::kGet,
           .pattern = "/v1/worker/attempts",
           .roles = {"operator"},
           .handler = [this](const http::Request& request) {
             return get_attempts(service_.database(), request);
           }}};
}

void App::add_messages() {
  service_.on_message(std::string(messages::kJobDispatched), [this](store::Tx& tx, const Message& message) {
    return messages_.on_dispatched(tx, message);
  });
  service_.on_message(std::string(messages::kJobCancelled), [this](store::Tx& tx, const Message& message) {
    return messages_.on_cancelled(tx, message);
  });
  service_.on_message(std::string(messages::kJobRecalled), [this](store::Tx& tx, const Message& message) {
    return messages_.on_recalled(tx, message);
  });
}

void App::add_readiness() {
  service_.add_readiness("probe", [this] { return probe_trouble(config_.probe_path); });
  service_.add_readiness("disks", [this] { return disks_trouble(config_.disks_dir); });
  service_.add_readiness("evidence", [this] { return evidence_->trouble(); });
  service_.add_warning("sealing", [this] { return sealing_trouble(); });
}

/// The work on mounted disks goes on without it.
std::optional<std::string> App::sealing_trouble() const {
  if (config_.sealing_keyring.empty()) return std::nullopt;
  const auto keys = seal::Keyring::load(config_.sealing_keyring);
  if (!keys) return "sealing.keyring: " + keys.error().detail;
  if (keys->empty()) return "sealing.keyring: " + config_.sealing_keyring + " has no key";
  return std::nullopt;
}

/// How many keys the ring has, and which: what is sealed to another one cannot be opened here.
void App::show_sealing_keys(telemetry::ListedGauge& held) {
  std::set<std::string> ids;
  const auto keys = seal::Keyring::load(config_.sealing_keyring);
  if (keys) {
    for (const auto& pair : keys->keys()) ids.insert(pair.public_key.id);
  }
  service_.metrics()
      .gauge("rescue_sealing_keys", "Keys with which this worker can open access to servers.")
      .set(static_cast<double>(ids.size()));
  held.set(ids);
}

void App::add_gauges() {
  auto held = std::make_shared<telemetry::ListedGauge>(
      service_.metrics(), "rescue_sealing_key_held",
      "1 while this worker can open what is sealed to the key.", "key_id");
  service_.metrics().before_scrape([this, held] { show_sealing_keys(*held); });
  service_.metrics().before_scrape([this] {
    telemetry::Metrics& metrics = service_.metrics();
    metrics.gauge("rescue_evidence_bytes", "Size of the evidence store.")
        .set(static_cast<double>(evidence_->total_bytes()));
    for (const char* state : {"queued", "running"}) {
      const auto count = service_.database().read([&](store::Tx& tx) { return Journal::count(tx, state); });
      if (!count) continue;
      metrics.gauge("rescue_attempts", "Attempts at jobs that are not over.", {{"state", state}})
          .set(static_cast<double>(*count));
    }
  });
}

void App::start() {
  pool_.start();
  service_.start();
}

void App::stop() {
  pool_.stop();
  service_.stop();
}

int App::run() {
  pool_.start();
  // Before the service: workflow must hear of what was given back, or it takes the silence for a death.
  return service_.run([this] { pool_.stop(); });
}

}  // namespace rescue::worker
