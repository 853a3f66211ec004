#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "connection.hpp"

namespace rescue::store {

/// Connections that can only read: one for each thread that reads, at most `open_max` at once, of which a few
/// are kept for the next. Thread-safe.
class ReadPool {
 public:
  using Open = std::function<Result<std::unique_ptr<Connection>>()>;
  ReadPool(Open open, std::size_t open_max) : open_(std::move(open)), open_max_(open_max) {}
  /// Runs `work` on a snapshot. An exception leaves through here. kUnavailable when no connection gets free.
  Status run(const Database::Work& work);

 private:
  /// The right to hold one of the connections.
  class Place;
  Status read(const Database::Work& work);
  Result<std::unique_ptr<Connection>> take();
  void give_back(std::unique_ptr<Connection> connection);

  Open open_;
  std::size_t open_max_;
  std::mutex mutex_;
  std::condition_variable left_;
  std::size_t in_use_ = 0;
  std::vector<std::unique_ptr<Connection>> idle_;
};

}  // namespace rescue::store
