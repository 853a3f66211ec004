#pragma once

#include "rescue/fence/place.hpp"
#include "responder_link.hpp"

namespace rescue::worker {

/// The lock record on a server at the other end of a connection: a responder there holds the flock between
/// lock-hold and lock-release, reads and writes it. Borrows the link.
class RemotePlace final : public fence::Place {
 public:
  explicit RemotePlace(ResponderLink& link) : link_(&link) {}
  Status alone(const std::function<Status()>& work) override;
  Result<std::optional<std::string>> read() override;
  Status write(std::string_view record) override;
  /// SHA-256 of the record that was read or written last: what a change is allowed under. "" where there is
  /// none.
  const std::string& record_sha256() const { return record_sha256_; }

 private:
  ResponderLink* link_;
  std::string record_sha256_;
};

}  // namespace rescue::worker
