#include "queue_round.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

#include "rescue/base/base64.hpp"
#include "rescue/base/json_text.hpp"

namespace rescue::recovery {
namespace {

constexpr std::size_t kMostRounds = 9'999;
constexpr std::size_t kBuffer = 256 * 1024;

std::string unfinished(unsigned number) {
  return RoundStore::name(number, ".new");
}

std::string json_list(const std::vector<std::string>& texts) {
  std::string out = "[";
  for (const auto& text : texts) {
    if (out.size() > 1) out += ',';
    append_json_string(out, text);
  }
  return out + "]";
}

}  // namespace

Json to_json(const RoundCounts& counts) {
  return {{"judged", counts.judged},       {"purged", counts.purged},
          {"left", counts.left},           {"vanished", counts.vanished},
          {"to_hold", counts.to_hold},     {"held", counts.held},
          {"hold_left", counts.hold_left}, {"hold_vanished", counts.hold_vanished},
          {"kept", counts.kept},           {"kept_bytes", counts.kept_bytes}};
}

std::string RoundStore::name(unsigned number, std::string_view suffix) {
  std::array<char, 32> text{};
  const auto size = std::snprintf(text.data(), text.size(), "round-%04u", number);
  return std::string(text.data(), static_cast<std::size_t>(size)) + std::string(suffix);
}

Result<RoundStore> RoundStore::open(const std::string& root, const std::string& path) {
  RESCUE_ASSIGN(const auto top, QueueFolder::open(root, "/"));
  const auto slash = path.rfind('/');
  RESCUE_ASSIGN(const auto above, top.make_in(path.substr(1, slash), 0700));
  RESCUE_ASSIGN(auto folder, above.own_in(path.substr(slash + 1), true));
  return RoundStore(std::move(folder));
}

Result<std::vector<unsigned>> RoundStore::rounds() const {
  bool cut = false;
  RESCUE_ASSIGN(const auto names, folder_.names(kMostRounds * 8, cut));
  std::vector<unsigned> out;
  for (const std::string_view file : names) {
    unsigned number = 0;
    if (!file.starts_with("round-") || !file.ends_with(".jsonl")) continue;
    std::from_chars(file.data() + 6, file.data() + file.size(), number);
    if (number > 0 && file == name(number, ".jsonl")) out.push_back(number);
  }
  std::ranges::sort(out);
  return out;
}

bool RoundStore::is_done(unsigned number) const {
  return folder_.look(name(number, ".done")).has_value();
}

Result<RoundWriter> RoundWriter::begin(const RoundStore& store, RoundKind kind, std::int64_t seconds,
                                       const Json& criteria, std::uint64_t most_bytes,
                                       const std::string& job) {
  RESCUE_ASSIGN(const auto before, store.rounds());
  const unsigned number = before.empty() ? 1 : before.back() + 1;
  if (number > kMostRounds)
    return fail(ErrorCode::kTooLarge, "file-too-large", "more rounds than are counted");
  const auto file = unfinished(number);
  ::unlinkat(store.folder().fd(), file.c_str(), 0);  // of a run that was killed before it touched anything
  UniqueFd fd(::openat(store.folder().fd(), file.c_str(),
                       O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!fd) return file_fault("writing the evidence of the queue");
  RoundWriter out(store, number, std::move(fd), most_bytes);
  RESCUE_TRY(out.line(dump_json({{"criteria", criteria},
                                 {"kind", kind == RoundKind::kHold ? "hold" : "purge"},
                                 {"seconds", seconds},
                                 {"job", job}})));
  return out;
}

RoundWriter::~RoundWriter() {
  if (fd_) ::unlinkat(store_->folder().fd(), unfinished(number_).c_str(), 0);
}

Status RoundWriter::line(const std::string& text) {
  written_ += text.size() + 1;
  if (written_ > most_)
    return fail(ErrorCode::kTooLarge, "file-too-large",
                "the envelopes are more than the " + std::to_string(most_) +
                    " bytes that evidence may take; nothing was touched");
  buffer_ += text;
  buffer_ += '\n';
  return buffer_.size() < kBuffer ? Status() : flush();
}

Status RoundWriter::flush() {
  if (auto wrote = write_all(fd_.get(), buffer_); !wrote)
    return fail(ErrorCode::kUnavailable, "file-unavailable",
                "evidence could not be written, nothing was touched: " + wrote.error().detail);
  buffer_.clear();
  return {};
}

Status RoundWriter::add(const RoundItem& item, const QueueMessage& message, const std::string& reason,
                        std::string_view class_name) {
  JsonObjectText out;
  const auto& origin = message.origin;
  out.text("account", origin.account)
      .text("address", origin.address)
      .integer("bytes", static_cast<std::int64_t>(item.bytes));
  out.text("class", class_name).text("decision", item.decision == Decision::kPurge ? "purge" : "hold");
  out.text("device", std::to_string(item.ref.mark.device)).text("id", item.ref.id);
  out.text("inode", std::to_string(item.ref.mark.inode)).json("keep", item.keep ? "true" : "false");
  out.text("place", item.ref.place).text("reason", reason);
  if (message.received) out.text("received", format_rfc3339(*message.received));
  out.integer("recipient_count", static_cast<std::int64_t>(message.recipient_count));
  out.json("recipients", json_list(message.recipients))
      .text("script", origin.script)
      .text("sender", origin.sender);
  out.text("subject", message.subject).text("system", to_string(item.system));
  if (origin.uid) out.integer("uid", *origin.uid);
  out.json("was_held", item.was_held ? "true" : "false");
  return line(out.done());
}

Status RoundWriter::add_sample(const RoundItem& item, std::string_view whole) {
  JsonObjectText out;
  out.text("sample", item.ref.id).text("system", to_string(item.system)).text("whole", encode_base64(whole));
  return line(out.done());
}

Status RoundWriter::finish() {
  RESCUE_TRY(line("{\"end\":true}"));
  RESCUE_TRY(flush());
  const auto& folder = store_->folder();
  if (::fsync(fd_.get()) != 0 || ::renameat(folder.fd(), unfinished(number_).c_str(), folder.fd(),
                                            RoundStore::name(number_, ".jsonl").c_str()) != 0)
    return file_fault("making the evidence of the queue durable");
  fd_.reset();
  return folder.sync();
}

}  // namespace rescue::recovery
