#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

namespace rescue::seal {

/// Bytes that nobody else is to see: on pages of their own between guard pages, locked into memory where the
/// limits allow it (RLIMIT_MEMLOCK), kept out of core dumps, overwritten at the end. Each takes some pages:
/// for keys and passwords, not for many small texts. Moving leaves an empty one behind; one thread at a time.
class Secret {
 public:
  Secret() = default;
  /// `size` zero bytes. Throws std::bad_alloc.
  explicit Secret(std::size_t size);
  static Secret copy_of(std::string_view bytes);

  /// These are valid as long as the object is neither moved from nor destroyed.
  std::string_view view() const;
  std::span<unsigned char> bytes();
  /// The bytes with a zero after them; "" for an empty one.
  const char* c_str() const;
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  /// Makes it shorter; what is cut off is overwritten.
  void cut(std::size_t size);

 private:
  struct Free {
    void operator()(unsigned char* bytes) const;
  };
  std::unique_ptr<unsigned char, Free> bytes_;
  std::size_t size_ = 0;
};

}  // namespace rescue::seal
