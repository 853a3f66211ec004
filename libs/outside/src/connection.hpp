#pragma once

#include <memory>

#include "stream.hpp"
#include "transcript.hpp"

namespace rescue::outside {

/// A plain TCP connection to one address. Its socket blocks never: waiting ends by `until`, or when the
/// options' stop_fd becomes readable.
class Connection final : public Stream {
 public:
  struct Closer {
    void operator()(const int* fd) const;
  };

  static Got<std::unique_ptr<Connection>> open(const net::Address& address, int port, const Options& options,
                                               SteadyTime until);
  Got<std::size_t> read_some(std::span<char> into, SteadyTime until) override;
  Got<void> write_all(std::string_view bytes, SteadyTime until) override;

  int fd() const { return *fd_; }
  /// Until the socket is ready for `events` (poll).
  Got<void> wait(short events, SteadyTime until) const;

 private:
  Connection(int fd, int stop_fd) : fd_(new int(fd)), stop_fd_(stop_fd) {}
  Got<void> connect(const net::Address& address, int port, SteadyTime until);
  std::unique_ptr<int, Closer> fd_;
  int stop_fd_;
};

}  // namespace rescue::outside
