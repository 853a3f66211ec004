#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rescue/fence/folder_place.hpp"
#include "rescue/recovery/request.hpp"
#include "rescue/recovery/stepper.hpp"

namespace rescue::responder {

/// What is done on each request. One thread at a time.
class Operations {
 public:
  /// `root` as of Options. kNotFound where it cannot be opened.
  static Result<std::unique_ptr<Operations>> open(const std::string& root, recovery::RunProgram run);

  /// Every operation but lock-hold and lock-release, which the loop around it does. What is thrown in one is
  /// its failure (kInternal, "internal-error"): the lock is still held, and the next request is read.
  Result<Json> run(const recovery::Request& request);
  /// Runs `work` while nobody else holds the lock on the server; within it changes are possible.
  Status alone(const std::function<Status()>& work);

 private:
  Result<Json> run_one(const recovery::Request& request);
  Operations(recovery::ServerFiles files, std::unique_ptr<fence::FolderPlace> place, recovery::RunProgram run)
      : files_(std::move(files)), place_(std::move(place)), run_(std::move(run)) {}
  Result<Json> plan(const recovery::Request& request);
  Result<Json> queue(recovery::Request request);
  /// That it is, or was before a step of this job shut it.
  bool relay_was_open(const std::string& job) const;
  Result<Json> apply(const recovery::Request& request);
  Result<Json> undo(const recovery::Request& request);
  Result<Json> settle(const recovery::Request& request);
  Result<Json> verify(const recovery::Request& request);
  Result<Json> status();
  Result<Json> record(const recovery::Request& request);
  Result<Json> read_lock();
  Status must_hold() const;
  /// Borrows `book` and this.
  recovery::Stepper stepper(const recovery::StepBook& book) const;
  /// The record of the lock is the one that the change was allowed under.
  Status must_be_allowed(const recovery::Request& request);

  recovery::ServerFiles files_;
  std::unique_ptr<fence::FolderPlace> place_;
  recovery::RunProgram run_;
  std::vector<recovery::Step> planned_;
  bool held_ = false;
};

}  // namespace rescue::responder
