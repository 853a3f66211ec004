#pragma once

#include <memory>

#include "../jobs/job_kind.hpp"
#include "remote_place.hpp"
#include "rescue/fence/guard.hpp"

namespace rescue::worker {

/// A running server as a job gets it that changes it: by a responder there, behind the lock that is kept
/// there (libs/fence/README.md). One thread, that of the job. Borrows context and link.
class GuardedServer {
 public:
  /// Takes the lock. Errors: those of fence::Guard::take and of the link.
  static Result<GuardedServer> take(const JobContext& context, ResponderLink& link, fence::Keys keys,
                                    const std::string& worker, Timestamp now);

  /// One request that changes something (apply, undo, queue-…): if the lock is still this attempt's and the
  /// job was not told to end, under the lock record as it stands. kConflict ("fenced-off", "job-cancelled"),
  /// kUnavailable ("worker-stopping"), errors of the link.
  Result<Json> change(std::string_view op, Json body);
  /// One request that changes nothing.
  Result<Json> ask(std::string_view op, Json body = Json::object()) {
    return link_->ask(op, std::move(body));
  }
  /// Whether a change has begun.
  bool begun() const { return begun_; }
  /// Ends the lock.
  Status release() { return guard_.release(); }

 private:
  GuardedServer(const JobContext& context, ResponderLink& link, std::unique_ptr<RemotePlace> place,
                fence::Guard guard)
      : context_(&context), link_(&link), place_(std::move(place)), guard_(std::move(guard)) {}
  const JobContext* context_;
  ResponderLink* link_;
  std::unique_ptr<RemotePlace> place_;
  fence::Guard guard_;
  bool begun_ = false;
};

}  // namespace rescue::worker
