#include "rescue/evidence/testing/journal_writer.hpp"

#include <lz4.h>
#include <lzma.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>

#include "journal_format.hpp"
#include "journal_hash.hpp"

namespace rescue::evidence::testing {
namespace {

constexpr std::string_view kFileId = "0123456789abcdef";

std::string packed(const std::string& text, JournalForm::Packing how) {
  std::string out(text.size() + 1024, '\0');
  if (how == JournalForm::Packing::kZstd) {
    out.resize(::ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3));
  } else if (how == JournalForm::Packing::kLz4) {
    const auto size = ::LZ4_compress_default(text.data(), out.data() + 8, static_cast<int>(text.size()),
                                             static_cast<int>(out.size() - 8));
    const std::uint64_t plain = text.size();
    std::memcpy(out.data(), &plain, sizeof(plain));
    out.resize(static_cast<std::size_t>(size) + 8);
  } else {
    std::size_t size = 0;
    ::lzma_easy_buffer_encode(6, LZMA_CHECK_NONE, nullptr, reinterpret_cast<const std::uint8_t*>(text.data()),
                              text.size(), reinterpret_cast<std::uint8_t*>(out.data()), &size, out.size());
    out.resize(size);
  }
  return out;
}

/// As the header's incompatible flags name it.
std::uint32_t packing_flag(JournalForm::Packing how) {
  return how == JournalForm::Packing::kZstd ? 8U : static_cast<std::uint32_t>(how);
}

std::string_view take_word(std::string_view& text) {
  const auto end = std::min(text.find(' '), text.size());
  const auto word = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return word;
}

/// "^5 " and the like; gives how many sequence numbers are left out.
std::int64_t take_marks(std::string_view& line, JournalWriter::Entry& entry) {
  std::int64_t skipped = 0;
  while (!line.empty() && std::string_view("~!^0").find(line[0]) != std::string_view::npos) {
    const char mark = line[0];
    line.remove_prefix(1);
    entry.indexed = entry.indexed && mark != '~';
    entry.edited = entry.edited || mark == '!';
    entry.zeroed = entry.zeroed || mark == '0';
    if (mark == '^') {
      const auto word = take_word(line);
      std::from_chars(word.data(), word.data() + word.size(), skipped);
    }
  }
  return skipped;
}

void parse_sample(std::string_view line, JournalWriter::Entry& entry) {
  entry.time = parse_rfc3339(take_word(line)).value();
  auto tag = take_word(line);
  const auto uid = take_word(line);
  const auto colon = line.find(": ");
  if (colon == line.npos) throw std::invalid_argument("a journal's line has no ': '");
  const auto add = [&](const char* name, std::string_view value) {
    if (!value.empty() && value != "-") entry.fields.push_back(name + std::string(value));
  };
  const auto open = std::min(tag.find('['), tag.size());
  add("SYSLOG_IDENTIFIER=", tag.substr(0, open));
  tag.remove_prefix(open);
  if (tag.size() > 2) add("_PID=", tag.substr(1, tag.size() - 2));
  add("_UID=", uid);
  const auto unit = std::min(line.find(" @"), colon);
  add("_EXE=", line.substr(0, unit));
  if (unit < colon) add("_SYSTEMD_UNIT=", line.substr(unit + 2, colon - unit - 2));
  add("MESSAGE=", line.substr(colon + 2));
}

}  // namespace

JournalWriter::JournalWriter(JournalForm form) : form_(form), file_(kJournalHeaderBytes, '\0') {
  add_table(static_cast<std::uint8_t>(JournalObject::kDataHashTable));
  add_table(static_cast<std::uint8_t>(JournalObject::kFieldHashTable));
}

void JournalWriter::put(std::uint64_t offset, std::uint64_t value, std::size_t bytes) {
  std::memcpy(file_.data() + offset, &value, bytes);
}

std::uint64_t JournalWriter::begin_object(std::uint8_t type, std::uint8_t packing, std::uint64_t size) {
  file_.resize((file_.size() + 7) & ~std::size_t{7});
  const auto offset = file_.size();
  file_.resize(offset + size);
  put(offset, type, 1);
  put(offset + 1, packing, 1);
  put(offset + 8, size);
  return tail_ = offset;
}

void JournalWriter::add_table(std::uint8_t type) {
  begin_object(type, 0, kObjectHeadBytes + 2 * 16);
}

std::uint64_t JournalWriter::hash_of(const std::string& text) const {
  std::array<char, 16> key{};
  std::copy(kFileId.begin(), kFileId.end(), key.begin());
  return form_.keyed ? siphash24(text, key) : lookup3_64(text);
}

std::uint64_t JournalWriter::add_data(const std::string& text, bool edited) {
  if (const auto at = data_.find(text); at != data_.end() && !edited) return at->second;
  const bool packs = form_.packing != JournalForm::Packing::kNone && text.size() >= form_.pack_from;
  const auto stored = packs ? packed(text, form_.packing) : text;
  const std::size_t head = form_.compact ? 72 : 64;
  const auto offset = begin_object(1, packs ? static_cast<std::uint8_t>(form_.packing) : std::uint8_t{0},
                                   head + stored.size());
  put(offset + 16, hash_of(edited ? text + "." : text));
  std::copy(stored.begin(), stored.end(), file_.begin() + static_cast<std::ptrdiff_t>(offset + head));
  return data_[text] = offset;
}

void JournalWriter::add(const Entry& entry) {
  std::vector<std::uint64_t> items;
  for (const auto& field : entry.fields)
    items.push_back(add_data(field, entry.edited && field.starts_with("MESSAGE=")));
  const std::size_t item_bytes = form_.compact ? 4 : 16;
  const auto offset = begin_object(3, 0, kEntryHeadBytes + items.size() * item_bytes);
  const auto us = static_cast<std::uint64_t>(to_us(entry.time));
  put(offset + 16, entry.seqnum);
  put(offset + 24, us);
  put(offset + 32, us % 1'000'000'000'000);
  for (std::size_t i = 0; i < items.size(); ++i)
    put(offset + kEntryHeadBytes + i * item_bytes, items[i], form_.compact ? 4 : 8);
  if (entries_.empty()) {
    first_seqnum_ = entry.seqnum;
    first_us_ = us;
  }
  last_seqnum_ = entry.seqnum;
  last_us_ = us;
  entries_.push_back(offset);
  if (entry.zeroed) zeroed_.push_back(offset);
  if (entry.indexed) index(offset);
}

void JournalWriter::index(std::uint64_t entry) {
  const std::size_t item_bytes = form_.compact ? 4 : 8, head = kObjectHeadBytes + 8;
  if (array_used_ == array_items_) {
    const auto before = array_;
    array_items_ = before == 0 ? form_.array_items : array_items_ * 2;
    array_used_ = 0;
    array_ = begin_object(6, 0, head + array_items_ * item_bytes);
    if (before == 0) first_array_ = array_;
    if (before != 0) put(before + kObjectHeadBytes, array_);
  }
  put(array_ + head + array_used_++ * item_bytes, entry, item_bytes);
  ++indexed_;
}

std::string JournalWriter::bytes() const {
  auto copy = *this;
  auto& file = copy.file_;
  file.resize(((file.size() + 7) & ~std::size_t{7}) + form_.room);
  for (const auto offset : zeroed_)
    std::fill_n(file.begin() + static_cast<std::ptrdiff_t>(offset), kEntryHeadBytes, '\0');
  std::copy(kJournalSignature.begin(), kJournalSignature.end(), file.begin());
  copy.put(
      12, packing_flag(form_.packing) | (form_.keyed ? kKeyedHash : 0U) | (form_.compact ? kCompact : 0U), 4);
  copy.put(16, form_.state, 1);
  std::copy(kFileId.begin(), kFileId.end(), file.begin() + 24);
  std::fill_n(file.begin() + 72, 16, form_.series);
  copy.put(88, kJournalHeaderBytes);
  copy.put(96, file.size() - kJournalHeaderBytes);
  copy.put(136, tail_);
  copy.put(152, indexed_);
  copy.put(160, last_seqnum_);
  copy.put(168, first_seqnum_);
  copy.put(176, first_array_);
  copy.put(184, first_us_);
  copy.put(192, last_us_);
  return file;
}

std::string journal_of(std::string_view lines) {
  JournalForm form;
  std::vector<JournalWriter::Entry> entries;
  std::int64_t seqnum = 0;
  while (!lines.empty()) {
    const auto end = std::min(lines.find('\n'), lines.size());
    auto line = lines.substr(0, end);
    lines.remove_prefix(std::min(end + 1, lines.size()));
    if (line.empty()) continue;
    if (line.starts_with("form: ")) {
      if (line == "form: old") form.compact = form.keyed = false;
      if (line == "form: online") form.state = 1;
      continue;
    }
    JournalWriter::Entry entry;
    seqnum += take_marks(line, entry) + 1;
    entry.seqnum = static_cast<std::uint64_t>(seqnum);
    parse_sample(line, entry);
    entries.push_back(std::move(entry));
  }
  JournalWriter writer(form);
  for (const auto& entry : entries) writer.add(entry);
  return writer.bytes();
}

}  // namespace rescue::evidence::testing
