#include "sqlite_file.hpp"

#include <algorithm>
#include <array>

#include "bytes_at.hpp"

namespace rescue::evidence {
namespace {

constexpr std::uint64_t kMostFileBytes = 4ULL << 30U;
constexpr std::uint64_t kMostRowBytes = 64ULL << 20U;
constexpr int kMostLevels = 32;
constexpr std::size_t kMostColumns = 64;

/// A variable-length number of at most nine bytes off the front; 0 where the text ends.
std::uint64_t take_varint(std::string_view& text) {
  std::uint64_t value = 0;
  for (int i = 0; i < 9 && !text.empty(); ++i) {
    const auto byte = static_cast<unsigned char>(text.front());
    text.remove_prefix(1);
    if (i == 8) return value << 8U | byte;
    value = value << 7U | (byte & 0x7fU);
    if ((byte & 0x80U) == 0) break;
  }
  return value;
}

std::size_t stored_bytes(std::uint64_t type) {
  constexpr std::array<std::size_t, 10> kFixed = {0, 1, 2, 3, 4, 6, 8, 8, 0, 0};
  if (type < kFixed.size()) return kFixed.at(type);
  return type < 12 ? 0
                   : static_cast<std::size_t>(std::min<std::uint64_t>((type - 12) / 2, kMostRowBytes + 1));
}

std::int64_t signed_number(std::string_view bytes) {
  const bool negative = !bytes.empty() && (static_cast<unsigned char>(bytes.front()) & 0x80U) != 0;
  std::uint64_t value = negative ? ~std::uint64_t{0} : 0;
  for (const char c : bytes) value = value << 8U | static_cast<unsigned char>(c);
  return static_cast<std::int64_t>(value);
}

SqliteValue value_of(std::uint64_t type, std::string_view bytes) {
  if (type >= 12) return bytes;
  if (type == 8 || type == 9) return static_cast<std::int64_t>(type - 8);
  if (type >= 1 && type <= 6) return signed_number(bytes);
  return std::monostate();
}

/// A record: the types of its values, then the values. False when it is cut off.
bool split_record(std::string_view record, std::vector<SqliteValue>& values) {
  auto types = record;
  const auto header = take_varint(types);
  if (header > record.size() || header < record.size() - types.size()) return false;
  types = types.substr(0, header - (record.size() - types.size()));
  auto content = record.substr(header);
  while (!types.empty() && values.size() < kMostColumns) {
    const auto type = take_varint(types);
    const auto size = stored_bytes(type);
    if (size > content.size()) return false;
    values.push_back(value_of(type, content.substr(0, size)));
    content.remove_prefix(size);
  }
  return true;
}

Error no_database(const std::string& path) {
  return {ErrorCode::kCorrupt, "damaged-file", path + ": no SQLite data base"};
}

}  // namespace

std::int64_t SqliteRow::number(std::size_t column) const {
  const auto* found = column < values.size() ? std::get_if<std::int64_t>(&values[column]) : nullptr;
  return found == nullptr ? 0 : *found;
}

std::string_view SqliteRow::text(std::size_t column) const {
  const auto* found = column < values.size() ? std::get_if<std::string_view>(&values[column]) : nullptr;
  return found == nullptr ? "" : *found;
}

bool SqliteFile::is_one(const SafeRoot& root, const std::string& path) {
  return open_alone(root, path, {}).has_value();
}

Result<SqliteFile> SqliteFile::open(const SafeRoot& root, const std::string& path,
                                    const std::function<bool()>& time_is_up) {
  RESCUE_ASSIGN(auto file, open_alone(root, path, time_is_up));
  auto log = root.open_file(path + "-wal");
  if (log)
    file.wal_ = SqliteWal::read(*std::move(log), file.file_.page_bytes(), time_is_up, file.damage_);
  else if (log.error().code != ErrorCode::kNotFound)
    file.damage_.add(0, "its write-ahead log cannot be read");
  return file;
}

Result<SqliteFile> SqliteFile::open_alone(const SafeRoot& root, const std::string& path,
                                          const std::function<bool()>& time_is_up) {
  RESCUE_ASSIGN(auto file, root.open_file(path));
  constexpr std::size_t kHeaderBytes = 100, kLeastUsable = 480;
  std::string header(kHeaderBytes, '\0');
  RESCUE_ASSIGN(const auto got, file.read_at(0, header));
  if (got != header.size() || !header.starts_with(std::string_view("SQLite format 3\0", 16)))
    return fail(no_database(path));
  if (file.info().size > kMostFileBytes)
    return fail(ErrorCode::kTooLarge, "file-too-large", path + ": larger than any data base of packages");
  const std::size_t told = big16(header, 16);
  const std::size_t page_bytes = told == 1 ? 65'536 : told;
  const auto reserved = static_cast<unsigned char>(header[20]);
  const bool power = page_bytes >= 512 && (page_bytes & (page_bytes - 1)) == 0;
  if (!power || page_bytes - reserved < kLeastUsable) return fail(no_database(path));
  return SqliteFile(PagedFile(std::move(file), page_bytes), page_bytes - reserved, time_is_up);
}

std::uint64_t SqliteFile::pages() const {
  return wal_ ? std::max<std::uint64_t>(wal_->pages(), file_.pages()) : file_.pages();
}

bool SqliteFile::read_page(std::uint32_t number, std::string& into) const {
  if (number == 0 || number > pages()) return false;
  if (wal_ && wal_->holds(number)) return wal_->read_page(number, into);
  return file_.read(number - 1, into);
}

/// Once through the tree of one table.
class SqliteFile::Walk {
 public:
  Walk(SqliteFile& file, const std::function<bool(const SqliteRow&)>& visit)
      : file_(file), visit_(visit), seen_(std::min<std::uint64_t>(file.pages(), kMostFileBytes / 512) + 1) {}

  /// False when `visit_` wants no more.
  bool go(std::uint32_t number, int level) {
    std::string page;
    if (file_.time_is_up_ && file_.time_is_up_()) {
      damaged(number, "the time was up; the rest was not read");
      return false;
    }
    if (level > kMostLevels || !take_page(number, page)) return damaged(number, "a page of a table's tree");
    const std::size_t head = number == 1 ? 100 : 0;
    constexpr char kInterior = 5, kLeaf = 13;
    const char kind = page[head];
    if (kind != kInterior && kind != kLeaf) return damaged(number, "a page that is no table's");
    room_ = page.size();
    const auto cells = head + (kind == kInterior ? 12U : 8U);
    const std::size_t count = std::min<std::size_t>(big16(page, head + 3), (page.size() - cells) / 2);
    for (std::size_t i = 0; i < count; ++i) {
      const auto cell =
          std::string_view(page).substr(std::min<std::size_t>(big16(page, cells + 2 * i), page.size()));
      const bool more = kind == kLeaf ? take_row(number, cell) : go(big32(cell, 0), level + 1);
      if (!more) return false;
    }
    return kind == kLeaf || go(big32(page, head + 8), level + 1);
  }

 private:
  bool take_page(std::uint32_t number, std::string& page) {
    if (number == 0 || number >= seen_.size() || seen_[number]) return false;
    seen_[number] = true;
    return file_.read_page(number, page);
  }

  bool damaged(std::uint32_t number, const char* what) {
    file_.damage_.add(number == 0 ? 0 : (number - 1ULL) * file_.file_.page_bytes(), what);
    return true;
  }

  bool take_row(std::uint32_t number, std::string_view cell) {
    const auto all = cell.size();
    const auto payload = take_varint(cell);
    SqliteRow row{.id = static_cast<std::int64_t>(take_varint(cell)), .values = {}};
    if (payload > kMostRowBytes) return damaged(number, "a row larger than the limit");
    std::string whole;
    const auto local = local_bytes(static_cast<std::size_t>(payload));
    if (cell.size() < local) return damaged(number, "a row that is cut off");
    // Rows that lie upon each other would be more than the file.
    const auto used = all - cell.size() + local;
    if (used > room_) return damaged(number, "rows larger than their page");
    room_ -= used;
    auto record = cell.substr(0, local);
    if (local < payload) {
      whole = record;
      if (!add_overflow(big32(cell, local), static_cast<std::size_t>(payload), whole))
        return damaged(number, "a row whose other pages cannot be read");
      record = whole;
    }
    if (!split_record(record, row.values)) return damaged(number, "a row that is cut off");
    return visit_(row);
  }

  /// How much of a row lies in the leaf itself.
  std::size_t local_bytes(std::size_t payload) const {
    const auto usable = file_.usable_;
    if (payload <= usable - 35) return payload;
    const auto least = (usable - 12) * 32 / 255 - 23;
    const auto wanted = least + (payload - least) % (usable - 4);
    return wanted <= usable - 35 ? wanted : least;
  }

  bool add_overflow(std::uint32_t next, std::size_t payload, std::string& whole) {
    std::string page;
    while (whole.size() < payload) {
      if (!take_page(next, page)) return false;
      next = big32(page, 0);
      whole.append(page, 4, std::min(file_.usable_ - 4, payload - whole.size()));
    }
    return true;
  }

  SqliteFile& file_;
  const std::function<bool(const SqliteRow&)>& visit_;
  std::vector<bool> seen_;
  std::size_t room_ = 0;  // of a leaf, for further rows
};

bool SqliteFile::each_row(std::string_view table, const std::function<bool(const SqliteRow&)>& visit) {
  std::uint32_t first = 0;
  Walk(*this,
       [&](const SqliteRow& row) {  // type, name, tbl_name, rootpage, sql
         if (row.text(0) != "table" || row.text(1) != table) return true;
         first = static_cast<std::uint32_t>(std::clamp<std::int64_t>(row.number(3), 0, UINT32_MAX));
         return false;
       })
      .go(1, 0);
  if (first == 0) return false;
  Walk(*this, visit).go(first, 0);
  return true;
}

}  // namespace rescue::evidence
