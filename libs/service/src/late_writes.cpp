#include "late_writes.hpp"

namespace rescue::service {

void LateWrites::write(Service::LateWork work, Done done) {
  const char* refusal = nullptr;
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) {
      refusal = "the service is ending";
    } else if (works_.size() >= kWaitingMax) {
      refusal = "too many wait for the database";
    } else {
      works_.push_back(std::move(work));
      dones_.push_back(std::move(done));
      arrived_.notify_one();
      return;
    }
  }
  done(fail(ErrorCode::kUnavailable, "service-unavailable", refusal));
}

void LateWrites::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  arrived_.notify_one();
  if (thread_.joinable()) thread_.join();
}

bool LateWrites::take(std::vector<Service::LateWork>& works, std::vector<Done>& dones) {
  works.clear();
  dones.clear();
  std::unique_lock lock(mutex_);
  arrived_.wait(lock, [this] { return stopping_ || !works_.empty(); });
  works.swap(works_);
  dones.swap(dones_);
  return !works.empty();
}

// A thread of its own waits for the commit, so that those of the listeners need not: they take in what will
// be in the next one.
void LateWrites::loop() {
  std::vector<Service::LateWork> works;
  std::vector<Done> dones;
  while (take(works, dones)) run_and_tell(works, dones);
}

void LateWrites::turn() {
  std::vector<Service::LateWork> works;
  std::vector<Done> dones;
  {
    const std::lock_guard lock(mutex_);
    works.swap(works_);
    dones.swap(dones_);
  }
  if (!works.empty()) run_and_tell(works, dones);
}

void LateWrites::run_and_tell(std::span<const Service::LateWork> works, std::span<const Done> dones) {
  const auto statuses = run(works);
  const log::Logger::Together together(log_);
  for (std::size_t i = 0; i < dones.size(); ++i) dones[i](statuses[i]);
}

/// As one work, because each costs a savepoint, which copies every page that is written in it. Where one
/// fails, each runs again on its own.
std::vector<Status> LateWrites::run(std::span<const Service::LateWork> works) {
  const auto all = [&](store::Tx& tx) { return run_all(tx, works); };
  if (works.size() > 1 && database_.write(all)) return std::vector<Status>(works.size());
  std::vector<store::Database::Work> single;
  for (std::size_t i = 0; i < works.size(); ++i) {
    single.emplace_back([this, one = works.subspan(i, 1)](store::Tx& tx) { return run_all(tx, one); });
  }
  return database_.write_each(single);
}

/// A throw is an error like others: the database would rethrow it here, or not say what it was.
Status LateWrites::run_all(store::Tx& tx, std::span<const Service::LateWork> works) {
  try {
    return run_gathered(tx, works);
  } catch (const std::exception& thrown) {
    return fail(ErrorCode::kInternal, "exception", thrown.what());
  } catch (...) {
    return fail(ErrorCode::kInternal, "exception", "not a std::exception");
  }
}

Status LateWrites::run_gathered(store::Tx& tx, std::span<const Service::LateWork> works) {
  Service::Gathered gathered;
  for (const auto& work : works) RESCUE_TRY(work(tx, gathered));
  RESCUE_TRY(store::Audit::append_all(tx, gathered.audit));
  RESCUE_TRY(store::Outbox::put_all(tx, gathered.letters, relay_));
  const std::size_t letters = gathered.letters.size();
  if (letters > 0) tx.after_commit([this, letters] { on_letters_(letters); });
  return {};
}

}  // namespace rescue::service
