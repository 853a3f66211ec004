#include "bdb_file.hpp"

#include <algorithm>

namespace rescue::evidence {
namespace {

constexpr std::uint64_t kMostFileBytes = 4ULL << 30U, kMostItemBytes = 64ULL << 20U;
constexpr std::uint32_t kHashMagic = 0x061561, kTreeMagic = 0x053162;
constexpr std::size_t kPageHeader = 26;
// Of a page: where its number, the page after it, its count, the bytes used and its type stand.
constexpr std::size_t kNumberAt = 8, kNextAt = 16, kCountAt = 20, kUsedAt = 22, kTypeAt = 25;
enum PageType : unsigned char { kUnsortedHash = 2, kTreeLeaf = 5, kOverflow = 7, kHash = 13 };
enum HashItem : unsigned char { kHashBytes = 1, kHashElsewhere = 3 };
enum TreeItem : unsigned char { kTreeBytes = 1, kTreeElsewhere = 3, kDeleted = 0x80 };

Error unreadable(const std::string& path, const char* what) {
  return {ErrorCode::kCorrupt, "damaged-file", path + ": " + what};
}

unsigned char byte_at(std::string_view text, std::size_t at) {
  return at < text.size() ? static_cast<unsigned char>(text[at]) : std::uint8_t{0};
}

}  // namespace

Result<BdbFile> BdbFile::open(const SafeRoot& root, const std::string& path,
                              const std::function<bool()>& time_is_up) {
  RESCUE_ASSIGN(auto file, root.open_file(path));
  std::string head(512, '\0');
  RESCUE_ASSIGN(const auto got, file.read_at(0, head));
  constexpr std::size_t kMagicAt = 12, kPageBytesAt = 20, kCipherAt = 24, kFlagsAt = 26, kLastAt = 32;
  const auto knows = [&](const OrderedBytes& order) {
    const auto magic = order.u32(head, kMagicAt);
    return magic == kHashMagic || magic == kTreeMagic;
  };
  const OrderedBytes order(!knows(OrderedBytes(false)));
  const std::size_t page_bytes = order.u32(head, kPageBytesAt);
  const bool power = page_bytes >= 512 && page_bytes <= 65'536 && (page_bytes & (page_bytes - 1)) == 0;
  if (got != head.size() || !knows(order) || !power) return fail(unreadable(path, "no Berkeley DB file"));
  if (byte_at(head, kCipherAt) != 0 || (byte_at(head, kFlagsAt) & 1U) != 0)
    return fail(unreadable(path, "encrypted or with sums, as rpm never writes it"));
  if (file.info().size > kMostFileBytes)
    return fail(ErrorCode::kTooLarge, "file-too-large", path + ": larger than any data base of packages");
  return BdbFile(PagedFile(std::move(file), page_bytes), order, order.u32(head, kLastAt), time_is_up);
}

void BdbFile::each_pair(const std::function<bool(std::string_view, std::string_view)>& visit) {
  followed_.assign(file_.pages(), false);
  if (last_ >= file_.pages()) damage_.add(file_.info().size, "the file is cut off");
  std::string page;
  for (std::uint32_t number = 1; number < file_.pages(); ++number) {
    if (time_is_up_ && time_is_up_()) {
      damaged(number, "the time was up; the rest was not read");
      return;
    }
    if (!file_.read(number, page)) {
      damaged(number, "a page that cannot be read");
      continue;
    }
    const auto type = byte_at(page, kTypeAt);
    if (type != kHash && type != kUnsortedHash && type != kTreeLeaf) continue;
    if (order_.u32(page, kNumberAt) != number) {
      damaged(number, "a page that is not where it belongs");
      continue;
    }
    if (!take_page(number, page, visit)) return;
  }
}

/// Items lie at the page's end, the first one last; a table of their places stands behind the header. Keys
/// may be shared by the pairs that follow each other; else items that lie upon each other are damage.
bool BdbFile::take_page(std::uint32_t number, const std::string& page,
                        const std::function<bool(std::string_view, std::string_view)>& visit) {
  const bool tree = byte_at(page, kTypeAt) == kTreeLeaf;
  const auto room = (page.size() - kPageHeader) / 2;
  std::size_t left = page.size() - kPageHeader;
  const std::size_t count = std::min<std::size_t>(order_.u16(page, kCountAt), room);
  const auto place = [&](std::size_t i) { return std::size_t{order_.u16(page, kPageHeader + 2 * i)}; };
  for (std::size_t i = 0; i + 1 < count; i += 2) {
    const auto item = [&](std::size_t each) {
      return tree ? tree_item(number, page, place(each))
                  : hash_item(number, page, place(each), each == 0 ? page.size() : place(each - 1));
    };
    const auto key = item(i);
    const auto value = key.wanted ? item(i + 1) : Item();
    const bool shared = tree && i >= 2 && place(i) == place(i - 2);
    const auto used = (shared ? 0 : key.room) + value.room;
    if (used > left) {
      damaged(number, "items larger than their page");
      return true;
    }
    left -= used;
    if (value.wanted && !visit(key.bytes(), value.bytes())) return false;
  }
  return true;
}

BdbFile::Item BdbFile::hash_item(std::uint32_t number, std::string_view page, std::size_t begin,
                                 std::size_t end) {
  if (begin >= end || end > page.size()) return damaged(number, "an item that lies outside its page");
  const auto item = page.substr(begin, end - begin);
  const auto type = byte_at(item, 0);
  if (type == kHashBytes) return {.wanted = true, .here = item.substr(1), .room = item.size()};
  if (type == kHashElsewhere && item.size() >= 12)
    return from_other_pages(number, order_.u32(item, 4), order_.u32(item, 8));
  return damaged(number, "an item of an unknown kind");
}

BdbFile::Item BdbFile::tree_item(std::uint32_t number, std::string_view page, std::size_t begin) {
  if (begin + 3 > page.size()) return damaged(number, "an item that lies outside its page");
  const auto item = page.substr(begin);
  const auto type = byte_at(item, 2);
  if ((type & kDeleted) != 0) return {};
  const std::size_t bytes = order_.u16(item, 0);
  if (type == kTreeBytes && bytes + 3 <= item.size())
    return {.wanted = true, .here = item.substr(3, bytes), .room = bytes + 3};
  if (type == kTreeElsewhere && item.size() >= 12)
    return from_other_pages(number, order_.u32(item, 4), order_.u32(item, 8));
  return damaged(number, "an item of an unknown kind");
}

BdbFile::Item BdbFile::from_other_pages(std::uint32_t number, std::uint32_t first, std::uint64_t bytes) {
  if (bytes > kMostItemBytes) return damaged(number, "an item larger than the limit");
  constexpr std::size_t kPointer = 12;
  Item item{.wanted = true, .room = kPointer};
  std::string page;
  for (auto next = first; item.elsewhere.size() < bytes;) {
    const bool fresh = next > 0 && next < followed_.size() && !followed_[next];
    if (!fresh || !file_.read(next, page) || byte_at(page, kTypeAt) != kOverflow)
      return damaged(number, "an item whose other pages cannot be read");
    followed_[next] = true;
    const std::size_t used = std::min<std::size_t>(order_.u16(page, kUsedAt), page.size() - kPageHeader);
    if (used == 0) return damaged(number, "an item whose other pages cannot be read");
    item.elsewhere.append(page, kPageHeader, std::min<std::size_t>(used, bytes - item.elsewhere.size()));
    next = order_.u32(page, kNextAt);
  }
  return item;
}

BdbFile::Item BdbFile::damaged(std::uint32_t number, const char* what) {
  damage_.add(std::uint64_t{number} * file_.page_bytes(), what);
  return {};
}

}  // namespace rescue::evidence
