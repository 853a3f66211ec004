#include "rescue/recovery/postfix_queue_file.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "queue_headers.hpp"

namespace rescue::recovery {
namespace {

constexpr std::size_t kWindow = 16 * 1024;
constexpr std::size_t kMostRead = 512 * 1024;
constexpr std::size_t kMostRecord = 64 * 1024;  // Postfix itself writes no longer ones than a few KiB
constexpr std::size_t kMostHeader = 64 * 1024;
constexpr unsigned kMostJumps = 64;
constexpr std::uint64_t kMostOffset = std::uint64_t{1} << 62U;  // what a file says of places may be anything

bool take_number(std::string_view& text, std::int64_t& out) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  const auto [stop, fault] = std::from_chars(text.data(), text.data() + text.size(), out);
  text.remove_prefix(static_cast<std::size_t>(stop - text.data()));
  return fault == std::errc();
}

/// The records of one file, in the order in which Postfix reads them.
class Records {
 public:
  explicit Records(const evidence::OpenFile& file) : file_(file) {}

  /// The next record but for pointers, which are followed. False at the end, at damage and past the limits.
  /// `data` is good until the next call.
  bool next(char& type, std::string_view& data) {
    constexpr char kPointer = 'p';
    while (take(type, data)) {
      if (type != kPointer) return true;
      std::int64_t target = 0;
      // Zero: a place kept for a pointer that nobody needed.
      if (!take_number(data, target) || target < 0) return false;
      if (target == 0) continue;
      if (jumps_++ >= kMostJumps) return false;
      at_ = static_cast<std::uint64_t>(target);
    }
    return false;
  }
  void go_to(std::uint64_t offset) { at_ = offset; }

 private:
  bool take(char& type, std::string_view& data) {
    constexpr std::size_t kMostHead = 6;
    auto bytes = bytes_at(at_, kMostHead);
    if (bytes.size() < 2) return false;
    type = bytes[0];
    std::size_t length = 0, head = 1;
    for (unsigned shift = 0;; shift += 7) {
      constexpr unsigned kMostShift = 28;
      if (head >= bytes.size() || shift > kMostShift) return false;
      const auto byte = static_cast<unsigned char>(bytes[head++]);
      length |= static_cast<std::size_t>(byte & 0x7FU) << shift;
      if ((byte & 0x80U) == 0) break;
    }
    if (length > kMostRecord) return false;
    bytes = bytes_at(at_, head + length);
    if (bytes.size() < head + length) return false;
    data = bytes.substr(head, length);
    at_ += head + length;
    return true;
  }

  /// `size` bytes from there on, fewer at the end of the file.
  std::string_view bytes_at(std::uint64_t offset, std::size_t size) {
    if (offset > kMostOffset) return {};
    if (offset < from_ || offset + size > from_ + window_.size()) {
      if (offset >= from_ && ended_ && offset <= from_ + window_.size())
        return std::string_view(window_).substr(static_cast<std::size_t>(offset - from_));
      if (!load(offset, std::max(size, kWindow))) return {};
    }
    return std::string_view(window_).substr(static_cast<std::size_t>(offset - from_), size);
  }
  bool load(std::uint64_t offset, std::size_t size) {
    if (read_ + size > kMostRead + kMostRecord) return false;
    window_.resize(size);
    const auto got = file_.read_at(offset, {window_.data(), window_.size()});
    window_.resize(got ? *got : 0);
    from_ = offset;
    ended_ = window_.size() < size;
    read_ += std::max<std::size_t>(window_.size(), 512);
    return true;
  }

  const evidence::OpenFile& file_;
  std::string window_;
  std::uint64_t from_ = 0, at_ = 0;
  std::size_t read_ = 0;
  unsigned jumps_ = 0;
  bool ended_ = false;
};

/// What the first record says of where things lie, and who a filter said had connected to it.
struct Layout {
  std::int64_t content_bytes = 0, content_at = 0;
  std::string forwarded_address = {};
};

bool is_loopback(std::string_view address) {
  return address.starts_with("127.") || address == "::1";
}

/// XFORWARD: only what is an address ("unknown" where the filter knew none).
bool is_address(const std::string& text) {
  std::array<unsigned char, 16> bytes{};
  return ::inet_pton(text.find(':') == std::string::npos ? AF_INET : AF_INET6, text.c_str(), bytes.data()) ==
         1;
}

void take_attribute(std::string_view data, QueueMessage& out, Layout& layout) {
  constexpr std::size_t kMostValue = 320;
  const auto equals = data.find('=');
  if (equals == std::string_view::npos) return;
  const auto name = data.substr(0, equals), value = data.substr(equals + 1, kMostValue);
  if (name == "sasl_username") out.origin.account = value;
  if (name == "client_address") out.origin.address = value;
  if (name == "log_client_address") layout.forwarded_address = value;
}

/// The envelope: true at the record that begins the content.
bool read_envelope(Records& records, QueueMessage& out, Layout& layout) {
  constexpr std::string_view kKnown = "CTFILSDROWVAMrePfmn<io>/wp";
  char type = 0;
  std::string_view data;
  for (bool first = true; records.next(type, data); first = false) {
    // cleanup(8) begins with the sizes, postdrop(1) with the time.
    if (first && type != 'C' && type != 'T' && type != 'F' && type != 'S' && type != 'A') return false;
    if (kKnown.find(type) == std::string_view::npos) return false;
    if (type == 'M') return true;
    if (type == 'C' && !(take_number(data, layout.content_bytes) && take_number(data, layout.content_at)))
      return false;
    if (type == 'S') out.origin.sender = data.substr(0, 320);
    if (type == 'R') out.add_recipient(data);
    if (type == 'A') take_attribute(data, out, layout);
    std::int64_t seconds = 0;
    if (type == 'T' && take_number(data, seconds) && seconds > 0 && seconds < 100'000'000'000)
      out.received = from_us(seconds * 1'000'000);
  }
  return false;
}

/// Lines of the content: N ends one, L goes on. Stops at the empty line unless the body is wanted, too.
std::string read_content(Records& records, bool body_too) {
  std::string text;
  char type = 0;
  std::string_view data;
  bool at_start = true;
  while (text.size() < kMostHeader && records.next(type, data)) {
    if (type == 'w') continue;
    if (type != 'N' && type != 'L') break;
    if (at_start && type == 'N' && data.empty() && !body_too) break;
    text += data;
    if (type == 'N') text += '\n';
    at_start = type == 'N';
  }
  return text;
}

/// Recipients that stood in the header only.
void read_extracted(Records& records, const Layout& layout, QueueMessage& out) {
  if (layout.content_at <= 0 || layout.content_bytes < 0) return;
  records.go_to(static_cast<std::uint64_t>(layout.content_at) +
                static_cast<std::uint64_t>(layout.content_bytes));
  char type = 0;
  std::string_view data;
  if (!records.next(type, data) || type != 'X') return;
  while (records.next(type, data) && type != 'E')
    if (type == 'R') out.add_recipient(data);
}

}  // namespace

bool read_postfix_message(const evidence::OpenFile& file, QueueMessage& out) {
  Records records(file);
  Layout layout;
  if (!read_envelope(records, out, layout)) return false;
  // A filter on this server handed it in again.
  if (is_loopback(out.origin.address) && is_address(layout.forwarded_address))
    out.origin.address = layout.forwarded_address;
  const bool own_bounce = out.origin.sender.empty() && out.origin.address.empty();
  const auto content = read_content(records, own_bounce);
  const auto facts = read_headers(content);
  out.subject = facts.subject;
  out.origin.script = facts.script;
  out.origin.script_uid = facts.script_uid;
  if (out.origin.address.empty()) out.origin.uid = local_uid(facts.received);
  if (own_bounce) out.original = read_bounced_original(content);
  read_extracted(records, layout, out);
  return true;
}

}  // namespace rescue::recovery
