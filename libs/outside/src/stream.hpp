#pragma once

#include <span>
#include <string>
#include <string_view>

#include "rescue/outside/check.hpp"

namespace rescue::outside {

/// Why a connection gave nothing more.
struct Trouble {
  enum class Kind {
    kRefused,  ///< nobody listens there
    kSilent,   ///< no answer in time, or no way there
    kLost,     ///< the other side ended it
    kTooMuch,  ///< it says more than is listened to
    kTls,      ///< no handshake
    kStopped,  ///< we are to end
  };
  Kind kind = Kind::kSilent;
  std::string text;
};
template <class T>
using Got = tl::expected<T, Trouble>;
inline tl::unexpected<Trouble> trouble(Trouble::Kind kind, std::string text) {
  return tl::unexpected<Trouble>(Trouble{kind, std::move(text)});
}

/// A connection, plain or TLS. Reads and writes wait until `until` at most. One thread.
class Stream {
 public:
  virtual ~Stream() = default;
  /// At least one byte; kLost at the end.
  virtual Got<std::size_t> read_some(std::span<char> into, SteadyTime until) = 0;
  virtual Got<void> write_all(std::string_view bytes, SteadyTime until) = 0;
};

/// When what begins now and may take `span` must be over.
SteadyTime deadline(std::chrono::milliseconds span, SteadyTime at_most);

}  // namespace rescue::outside
