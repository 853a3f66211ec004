#include <algorithm>

#include "bytes_at.hpp"
#include "rescue/evidence/testing/rpm_writer.hpp"
#include "rpm_header.hpp"

namespace rescue::evidence::testing {
namespace {

constexpr std::size_t kPage = 1024, kBerkeleyPage = 512;

std::string big_of(std::uint64_t value, std::size_t bytes) {
  std::string out;
  for (std::size_t i = bytes; i-- > 0;)
    out += static_cast<char>(static_cast<unsigned char>(value >> (8 * i)));
  return out;
}

std::string varint_of(std::uint64_t value) {
  std::string out(1, static_cast<char>(value & 0x7fU));
  for (value >>= 7U; value > 0; value >>= 7U)
    out.insert(out.begin(), static_cast<char>((value & 0x7fU) | 0x80U));
  return out;
}

/// A record of texts or bytes (`text` odd types, else even) and numbers.
std::string record_of(const std::vector<std::pair<char, std::string>>& values) {
  std::string types, content;
  for (const auto& [kind, bytes] : values) {
    types += varint_of(kind == 'n' ? 0 : kind == 'i' ? 4 : 12 + 2 * bytes.size() + (kind == 't' ? 1 : 0));
    content += bytes;
  }
  return varint_of(types.size() + 1) + types + content;
}

/// Writes trees of tables; page 1, the schema, last.
class SqliteWriter {
 public:
  using Rows = std::vector<std::pair<std::uint64_t, std::string>>;  // number, record

  SqliteWriter() : pages_(1) {}

  std::uint32_t add_table(const Rows& rows) {
    std::vector<std::pair<std::uint64_t, std::uint32_t>> leaves;  // greatest number, page
    std::vector<std::string> cells;
    std::size_t bytes = 0;
    const auto flush = [&](std::uint64_t greatest) {
      leaves.emplace_back(greatest, add_page(page_of('\x0d', cells, "", 0)));
      cells.clear();
      bytes = 0;
    };
    for (std::size_t i = 0; i < rows.size(); ++i) {
      auto cell = cell_of(rows[i].first, rows[i].second);
      if (bytes + cell.size() + 2 > kPage - 120) flush(rows[i - 1].first);
      bytes += cell.size() + 2;
      cells.push_back(std::move(cell));
    }
    flush(rows.empty() ? 0 : rows.back().first);
    if (leaves.size() == 1) return leaves[0].second;
    std::vector<std::string> children;
    for (std::size_t i = 0; i + 1 < leaves.size(); ++i)
      children.push_back(big_of(leaves[i].second, 4) + varint_of(leaves[i].first));
    return add_page(page_of('\x05', children, big_of(leaves.back().second, 4), 0));
  }

  std::string bytes(const Rows& schema) {
    std::vector<std::string> cells;
    for (const auto& [number, record] : schema) cells.push_back(cell_of(number, record));
    auto first = page_of('\x0d', cells, "", 100);
    std::string head("SQLite format 3\0", 16);
    head += big_of(kPage, 2) + std::string("\x02\x02\x00\x40\x20\x20", 6);
    first.replace(0, head.size(), head);
    pages_[0] = first;
    std::string out;
    for (const auto& page : pages_) out += page;
    return out;
  }

 private:
  std::uint32_t add_page(std::string page) {
    pages_.push_back(std::move(page));
    return static_cast<std::uint32_t>(pages_.size());
  }

  /// Cells lie at the page's end.
  static std::string page_of(char kind, const std::vector<std::string>& cells, const std::string& right,
                             std::size_t head) {
    std::string page(head, '\0'), content;
    std::string places;
    for (const auto& cell : cells) {
      content = cell + content;
      places += big_of(kPage - content.size(), 2);
    }
    page += kind + big_of(0, 2) + big_of(cells.size(), 2) + big_of(kPage - content.size(), 2) + '\0' + right;
    page += places;
    page.resize(kPage - content.size(), '\0');
    return page + content;
  }

  std::string cell_of(std::uint64_t number, const std::string& record) {
    const auto head = varint_of(record.size()) + varint_of(number);
    constexpr std::size_t kLeast = (kPage - 12) * 32 / 255 - 23;
    if (record.size() <= kPage - 35) return head + record;
    const auto wanted = kLeast + (record.size() - kLeast) % (kPage - 4);
    const auto local = wanted <= kPage - 35 ? wanted : kLeast;
    std::uint32_t next = 0;
    std::vector<std::string> parts;
    for (auto at = local; at < record.size(); at += kPage - 4) parts.push_back(record.substr(at, kPage - 4));
    for (auto part = parts.rbegin(); part != parts.rend(); ++part) {
      auto page = big_of(next, 4) + *part;
      page.resize(kPage, '\0');
      next = add_page(page);
    }
    return head + record.substr(0, local) + big_of(next, 4);
  }

  std::vector<std::string> pages_;
};

/// The running sum of a write-ahead log.
std::string sum_of(std::string_view bytes, std::uint32_t& first, std::uint32_t& second) {
  for (std::size_t i = 0; i < bytes.size(); i += 8) {
    first += big32(bytes, i) + second;
    second += big32(bytes, i + 4) + first;
  }
  return big_of(first, 4) + big_of(second, 4);
}

/// Pages of a Berkeley DB file.
class BerkeleyWriter {
 public:
  explicit BerkeleyWriter(bool big) : big_(big), pages_(1) {}

  void add(std::uint32_t number, const std::string& value) {
    std::uint32_t next = 0;
    constexpr std::size_t kRoom = kBerkeleyPage - 26;
    for (auto at = (value.size() - 1) / kRoom * kRoom;; at -= kRoom) {
      const auto part = value.substr(at, kRoom);
      next = add_page(next, 1, part.size(), 7, part, "");
      if (at == 0) break;
    }
    const auto key = '\x01' + of(number, 4);
    const auto item = std::string("\x03\0\0\0", 4) + of(next, 4) + of(value.size(), 4);
    const auto places = of(kBerkeleyPage - key.size(), 2) + of(kBerkeleyPage - key.size() - item.size(), 2);
    add_page(0, 2, kBerkeleyPage - key.size() - item.size(), 13, places, item + key);
  }

  std::string bytes() {
    auto head = std::string(8, '\0') + of(0, 4) + of(0x061561, 4) + of(9, 4) + of(kBerkeleyPage, 4);
    head += std::string("\0\x08\0\0", 4) + of(0, 4) + of(pages_.size() - 1, 4);
    head.resize(kBerkeleyPage, '\0');
    pages_[0] = head;
    std::string out;
    for (const auto& page : pages_) out += page;
    return out;
  }

 private:
  std::string of(std::uint64_t value, std::size_t bytes) const {
    auto out = big_of(value, bytes);
    if (!big_) std::reverse(out.begin(), out.end());
    return out;
  }
  std::uint32_t add_page(std::uint32_t next, std::uint32_t count, std::size_t used, char type,
                         const std::string& begin, const std::string& end) {
    const auto number = static_cast<std::uint32_t>(pages_.size());
    auto page = std::string(8, '\0') + of(number, 4) + of(0, 4) + of(next, 4) + of(count, 2) + of(used, 2);
    page += '\0';
    page += type + begin;
    page.resize(kBerkeleyPage - end.size(), '\0');
    pages_.push_back(page + end);
    return number;
  }

  bool big_;
  std::vector<std::string> pages_;
};

}  // namespace

std::string rpm_sqlite_of(const RpmHeaders& headers) {
  SqliteWriter writer;
  SqliteWriter::Rows packages, names, digests;
  for (std::size_t i = 0; i < headers.size(); ++i) {
    const auto number = big_of(i + 1, 4);
    const auto header = RpmHeader::parse(headers[i].second);
    const std::string sha1(header ? header->text(RpmTag::kSha1Header) : "");
    packages.emplace_back(i + 1, record_of({{'n', ""}, {'b', headers[i].second}}));
    names.emplace_back(i + 1, record_of({{'t', headers[i].first}, {'i', number}, {'i', big_of(0, 4)}}));
    if (!sha1.empty())
      digests.emplace_back(i + 1, record_of({{'t', sha1}, {'i', number}, {'i', big_of(0, 4)}}));
  }
  SqliteWriter::Rows schema;
  for (const auto& [name, rows] : std::vector<std::pair<std::string, SqliteWriter::Rows*>>{
           {"Packages", &packages}, {"Name", &names}, {"Sha1header", &digests}}) {
    const auto page = writer.add_table(*rows);
    schema.emplace_back(schema.size() + 1, record_of({{'t', "table"},
                                                      {'t', name},
                                                      {'t', name},
                                                      {'i', big_of(page, 4)},
                                                      {'t', "CREATE TABLE '" + name + "' (…)"}}));
  }
  return writer.bytes(schema);
}

std::string sqlite_log_of(const std::string& before, const std::string& after, bool committed) {
  std::uint32_t first = 0, second = 0;
  const std::string salts = "saltSALT";
  auto log = big_of(0x377f0683, 4) + big_of(3'007'000, 4) + big_of(kPage, 4) + big_of(0, 4) + salts;
  log += sum_of(log, first, second);
  std::vector<std::size_t> changed;
  for (std::size_t at = 0; at < after.size(); at += kPage) {
    if (before.compare(at, kPage, after, at, kPage) != 0) changed.push_back(at);
  }
  for (const auto at : changed) {
    const bool last = committed && at == changed.back();
    const auto head = big_of(at / kPage + 1, 4) + big_of(last ? after.size() / kPage : 0, 4);
    sum_of(head, first, second);
    const auto page = after.substr(at, kPage);
    log += head + salts + sum_of(page, first, second) + page;
  }
  return log;
}

std::string rpm_berkeley_of(const RpmHeaders& headers, bool big_endian) {
  BerkeleyWriter writer(big_endian);
  writer.add(0, std::string(4, '\x01'));
  for (std::size_t i = 0; i < headers.size(); ++i)
    writer.add(static_cast<std::uint32_t>(i + 1), headers[i].second);
  return writer.bytes();
}

}  // namespace rescue::evidence::testing
