#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "queue_folder.hpp"
#include "rescue/evidence/gap.hpp"
#include "rescue/recovery/queue_message.hpp"

namespace rescue::recovery {

/// Which message it is: its name, where it was seen, and the file that it was. Names are used again.
struct QueueRef {
  std::string id;
  std::string place;  ///< folder below the queues' own: "deferred/A"; of Exim below input: "v", "";
                      ///< of Sendmail below /var/spool: "mqueue", "mqueue/q1"
  FileMark mark;
};

/// A message as it lies in the queue.
struct QueueEntry {
  enum class State : std::uint8_t { kReady, kUnfinished, kUnreadable };
  QueueMessage message;
  QueueRef ref;
  std::uint64_t bytes = 0;
  State state = State::kReady;
  bool held = false;  ///< on hold or frozen already
};

/// What came of an attempt. kBusy: it is being delivered, or it cannot be held where it lies (maildrop).
enum class Moved : std::uint8_t { kDone, kAlready, kGone, kBusy };

/// The waiting mail of one mail server, touched as its own programs touch it. Another file than the one that
/// was judged is never touched: it counts as gone. Three implementations, for Postfix, Exim and Sendmail;
/// tests/… play all. One thread at a time.
class MailQueue {
 public:
  virtual ~MailQueue() = default;
  virtual MailSystem system() const = 0;
  /// Calls `visit` for each message. What cannot be read is visited as such and a gap. A message that moves
  /// meanwhile may be visited twice.
  virtual void read(evidence::Gaps& gaps, const std::function<void(QueueEntry&)>& visit) = 0;
  /// The message's files as they stand, at most `most` bytes.
  virtual Result<std::string> whole(const QueueRef& ref, std::size_t most) = 0;
  /// Nobody delivers it any more until release(). `seconds`: the time of day, by which release() knows what
  /// we held.
  virtual Result<Moved> hold(const QueueRef& ref, std::int64_t seconds) = 0;
  virtual Result<Moved> release(const QueueRef& ref, std::int64_t seconds) = 0;
  /// Takes it away with all that belongs to it: to `kept`, or for good where that is null.
  virtual Result<Moved> purge(const QueueRef& ref, const QueueFolder* kept) = 0;
  /// Where a round keeps what it purges whole: a folder of root's own beside the queue, so that a rename is
  /// enough. kNotFound.
  virtual Result<QueueFolder> kept(unsigned round, bool make) const = 0;
  /// Back from there, on hold since `seconds`, or to be delivered. The reference of what it is now; none
  /// where the mail server would bounce it rather than hold it: nothing was done then. kNotFound where it is
  /// not in `kept`.
  virtual Result<std::optional<QueueRef>> put_back(const QueueRef& ref, const QueueFolder& kept,
                                                   std::optional<std::int64_t> seconds) = 0;
};

/// Of each mail server that has a queue under `root`. A queue that is not read is a gap.
std::vector<std::unique_ptr<MailQueue>> open_mail_queues(const std::string& root, evidence::Gaps& gaps);

/// Null where there is none.
std::unique_ptr<MailQueue> open_postfix_queue(const std::string& root, evidence::Gaps& gaps);
std::unique_ptr<MailQueue> open_exim_queue(const std::string& root, evidence::Gaps& gaps);
std::unique_ptr<MailQueue> open_sendmail_queue(const std::string& root, evidence::Gaps& gaps);

/// Whether such a mail server could have given a message this name.
bool is_message_id(MailSystem system, std::string_view name);

/// "rescue-kept-0001": below the mail server's spool, of Sendmail above its queues.
std::string kept_name(unsigned round);

inline constexpr std::size_t kMostMessages = 1'000'000;
inline constexpr std::string_view kQueuePurpose = "judging the mail that waits";

}  // namespace rescue::recovery
