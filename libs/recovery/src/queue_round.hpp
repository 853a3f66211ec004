#pragma once

#include <set>
#include <string>
#include <vector>

#include "queue_mail_system.hpp"
#include "rescue/base/json.hpp"

namespace rescue::recovery {

enum class RoundKind : std::uint8_t { kHold, kPurge };
enum class Decision : std::uint8_t { kHold, kPurge };

/// One message that a round decided about.
struct RoundItem {
  MailSystem system = MailSystem::kPostfix;
  QueueRef ref;
  std::uint64_t bytes = 0;
  Decision decision = Decision::kHold;
  bool keep = false;      ///< kept whole when it is purged
  bool was_held = false;  ///< before us: not ours to release
  std::string sender;
};

/// What came of a round: judged = purged + left + vanished; of what is held alike.
struct RoundCounts {
  std::uint64_t judged = 0, purged = 0, left = 0, vanished = 0;
  std::uint64_t to_hold = 0, held = 0, hold_left = 0, hold_vanished = 0;
  std::uint64_t kept = 0, kept_bytes = 0;
};
Json to_json(const RoundCounts& counts);

/// The folder in which rounds are kept, /var/lib/rescue-responder/queue on the server, 0700, root's alone. A
/// round is `round-0001.jsonl` (what was decided, with the envelopes and a sample, written before anything is
/// touched), `round-0001.purged` (names of those that were not kept, written before they are deleted),
/// `round-0001.done` when it is over, and `round-0001.forgotten` once what it kept whole is deleted.
class RoundStore {
 public:
  /// Makes it. kUnavailable ("file-unavailable"), also where it belongs to others.
  static Result<RoundStore> open(const std::string& root, const std::string& path);

  /// Numbers of the rounds whose evidence is whole, in their order.
  Result<std::vector<unsigned>> rounds() const;
  bool is_done(unsigned number) const;
  const QueueFolder& folder() const { return folder_; }
  static std::string name(unsigned number, std::string_view suffix);

 private:
  explicit RoundStore(QueueFolder folder) : folder_(std::move(folder)) {}
  QueueFolder folder_;
};

/// A round as its file tells it. kCorrupt ("evidence-corrupt"): who is root on the server can write it, too.
struct Round {
  unsigned number = 0;
  RoundKind kind = RoundKind::kHold;
  std::int64_t seconds = 0;  ///< when it was begun
  std::string job = {};      ///< whose it is; "": not named
  std::vector<RoundItem> items;
  std::set<std::string> noted;  ///< those without keeping whose deletion had begun
};
/// When it was begun.
Result<std::int64_t> read_begun(const RoundStore& store, unsigned number);
Result<Round> read_round(const RoundStore& store, unsigned number);
Result<RoundCounts> read_counts(const RoundStore& store, unsigned number);
Status write_counts(const RoundStore& store, unsigned number, const RoundCounts& counts);

/// Writes a round's evidence line by line; nothing is there before finish().
class RoundWriter {
 public:
  static Result<RoundWriter> begin(const RoundStore& store, RoundKind kind, std::int64_t seconds,
                                   const Json& criteria, std::uint64_t most_bytes, const std::string& job);
  RoundWriter(RoundWriter&&) = default;
  RoundWriter& operator=(RoundWriter&&) = delete;
  ~RoundWriter();

  /// kTooLarge ("file-too-large") above the cap; kUnavailable where the disk is full.
  Status add(const RoundItem& item, const QueueMessage& message, const std::string& reason,
             std::string_view class_name);
  Status add_sample(const RoundItem& item, std::string_view whole);
  /// Durable when this returns.
  Status finish();
  unsigned number() const { return number_; }

 private:
  RoundWriter(const RoundStore& store, unsigned number, UniqueFd fd, std::uint64_t most)
      : store_(&store), number_(number), fd_(std::move(fd)), most_(most) {}
  Status line(const std::string& text);
  Status flush();

  const RoundStore* store_;
  unsigned number_;
  UniqueFd fd_;
  std::uint64_t most_, written_ = 0;
  std::string buffer_;
};

}  // namespace rescue::recovery
