#include "backup/restore.hpp"

#include <algorithm>
#include <iterator>

#include "backup/backup.hpp"
#include "backup/evidence_files.hpp"
#include "rescue/queue/discard.hpp"
#include "rescue/store/audit.hpp"
#include "rescue/store/outbox.hpp"
#include "rescue/store/restore.hpp"

namespace rescue::ctl {
namespace {

struct Target {
  const ServicePlace& place;
  const ServiceCopy& copy;
  std::unique_ptr<store::RestoreTarget> database;
};
using Targets = std::vector<Target>;

tl::unexpected<Error> of_service(const std::string& service, Error error) {
  error.detail = service + ": " + error.detail;
  return fail(std::move(error));
}

tl::unexpected<Error> refused(std::string why) {
  return fail(ErrorCode::kConflict, "restore-refused", std::move(why));
}

/// All databases, none of them in use by a service from now on.
Result<Targets> take_targets(const Product& product, const Manifest& manifest) {
  Targets targets;
  for (const auto& place : product.services) {
    const auto& copy = manifest.services.at(place.service);
    RESCUE_ASSIGN(const auto backend, store::backend_of(place.database_url));
    if (backend != copy.backend) {
      return refused(place.service + " was copied from " + copy.backend + ", its settings name " + backend);
    }
    auto database = store::RestoreTarget::open(place.database_url);
    if (!database) return of_service(place.service, database.error());
    targets.push_back({place, copy, *std::move(database)});
  }
  return targets;
}

Status check_free(const Targets& targets, bool replace) {
  for (const auto& target : targets) {
    const auto occupied = target.database->occupied();
    if (!occupied) return of_service(target.place.service, occupied.error());
    if (*occupied && !replace) {
      return refused(target.place.service + " has a database: --replace puts it aside");
    }
  }
  return {};
}

Status check_redis(const Product& product) {
  for (const auto& place : product.services) {
    if (const auto there = queue::Producer(place.redis).ping(); !there) {
      return of_service(place.service, there.error());
    }
  }
  return {};
}

/// What happens in each database before a service sees it.
store::Database::Work first_work(const RestoreOrder& order, const ReadManifest& backup, Timestamp now) {
  return [&order, &backup, now](store::Tx& tx) -> Status {
    RESCUE_ASSIGN(const std::int64_t resent, store::Outbox::resend_all(tx));
    store::AuditRow row;
    row.at_us = to_us(now);
    row.actor = order.who;
    row.action = "store.restored";
    row.reason = order.reason;
    row.details = {{"manifest_sha256", backup.sha256},
                   {"cut_at", format_rfc3339(backup.manifest.cut_at)},
                   {"messages_sent_again", resent}};
    return store::Audit::append(tx, row);
  };
}

Status prepare(const Targets& targets, const RestoreOrder& order, const store::Database::Work& first) {
  for (const auto& target : targets) {
    const auto prepared = target.database->prepare(order.directory + "/" + target.copy.file, first);
    if (!prepared) return of_service(target.place.service, prepared.error());
  }
  return {};
}

Result<std::int64_t> empty_redis(const Product& product) {
  std::int64_t discarded = 0;
  for (const auto& place : product.services) {
    const auto some = queue::discard(place.redis, place.service);
    if (!some) return of_service(place.service, some.error());
    discarded += *some;
  }
  return discarded;
}

/// All or none: nothing has changed place yet, so that the services can go on with what they have.
Status announce_all(const Targets& targets) {
  for (auto at = targets.begin(); at != targets.end(); ++at) {
    const Status announced = at->database->announce();
    if (announced) continue;
    for (auto told = targets.begin(); told != std::next(at); ++told) (void)told->database->withdraw();
    return of_service(at->place.service, announced.error());
  }
  return {};
}

/// "20260918T030405678Z": no colons, for names of files.
std::string mark_of(Timestamp now) {
  std::string mark = format_rfc3339(now);
  std::erase_if(mark, [](char c) { return c == '-' || c == ':' || c == '.'; });
  return mark;
}

Result<std::map<std::string, std::string>> switch_all(const Targets& targets, const std::string& mark) {
  std::map<std::string, std::string> aside;
  for (const auto& target : targets) {
    RESCUE_ASSIGN(auto former, target.database->switch_over(mark));
    if (!former.empty()) aside.emplace(target.place.service, std::move(former));
  }
  for (const auto& target : targets) RESCUE_TRY(target.database->finish());
  return aside;
}

}  // namespace

Result<Restored> restore(const Product& product, const RestoreOrder& order, const Clock& clock) {
  Restored done;
  RESCUE_ASSIGN(done.backup, check_backup(order.directory));
  RESCUE_ASSIGN(const Targets targets, take_targets(product, done.backup.manifest));
  RESCUE_TRY(check_free(targets, order.replace));
  RESCUE_TRY(check_redis(product));
  const auto now = clock.now();
  RESCUE_TRY(prepare(targets, order, first_work(order, done.backup, now)));
  RESCUE_TRY(copy_evidence(order.directory + "/evidence", product.evidence_dir, Bring::kIntoService));
  // Before anything changes place: should it end here, the former databases fill Redis again.
  RESCUE_ASSIGN(done.discarded, empty_redis(product));
  RESCUE_TRY(announce_all(targets));
  RESCUE_ASSIGN(done.aside, switch_all(targets, mark_of(now)));
  return done;
}

}  // namespace rescue::ctl
