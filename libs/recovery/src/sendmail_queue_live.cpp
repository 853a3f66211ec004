#include <algorithm>
#include <array>
#include <map>

#include "queue_headers.hpp"
#include "queue_mail_system.hpp"
#include "rescue/evidence/mail_config.hpp"
#include "rescue/recovery/sendmail_queue_file.hpp"
#include "sendmail_queue_lock.hpp"

namespace rescue::recovery {
namespace {

const std::string kSpool = "/var/spool";
// What waits for the mail server itself, and what programs of this server could not hand to it.
constexpr std::string_view kQueue = "mqueue", kClientQueue = "mqueue-client";
constexpr std::array kQueues = {kQueue, kClientQueue};
constexpr std::size_t kMostQueueFile = 16 << 20;  // some two hundred thousand recipients
constexpr std::size_t kMostBounce = 64 * 1024;
constexpr std::size_t kMostFolders = 1'000;

/// A queue's folder may keep the kinds of files apart (Operation Guide, 2.3.1).
struct Folders {
  QueueFolder control, data, transcript;
};

/// Letters that a place may have in a record of ours.
bool is_plain(std::string_view name) {
  return !name.empty() && name.size() <= 16 && std::ranges::all_of(name, [](char c) {
    return c == '_' || c == '-' || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  });
}

Status take(const QueueFolder& folder, const std::string& name, const QueueFolder* kept) {
  return kept != nullptr ? folder.move(name, *kept, name) : folder.remove(name);
}

Result<Moved> told(const Error& error) {
  if (error.code == ErrorCode::kNotFound) return Moved::kGone;
  if (error.code == ErrorCode::kConflict) return Moved::kBusy;
  return fail(error);
}

class SendmailQueue final : public MailQueue {
 public:
  explicit SendmailQueue(std::string root) : root_(std::move(root)) {}

  MailSystem system() const override { return MailSystem::kSendmail; }

  void read(evidence::Gaps& gaps, const std::function<void(QueueEntry&)>& visit) override {
    open_.clear();
    for (const auto queue : kQueues) {
      const auto top = QueueFolder::open(root_, kSpool + "/" + std::string(queue));
      if (!top) continue;
      read_place(std::string(queue), gaps, visit);
      for (const auto& name : folders_in(*top, std::string(queue), gaps))
        read_place(std::string(queue) + "/" + name, gaps, visit);
    }
  }

  Result<std::string> whole(const QueueRef& ref, std::size_t most) override {
    RESCUE_ASSIGN(const auto* folders, at(ref.place));
    const auto header = control_name(*folders, ref.id);
    if (header.empty())
      return fail(ErrorCode::kNotFound, "not-found", ref.id + " is not in the queue any more");
    RESCUE_ASSIGN(auto control, folders->control.read(header, most));
    RESCUE_ASSIGN(const auto data, folders->data.read("df" + ref.id, most - control.size()));
    return control + data;
  }

  /// As sendmail -Q, under the lock of the queue file: it gets a name that no run of the queue takes up, and
  /// the line that says so. In this order nobody ever sees both files.
  Result<Moved> hold(const QueueRef& ref, std::int64_t seconds) override {
    const auto found = find(ref);
    if (!found) return told(found.error());
    RESCUE_ASSIGN(const auto bytes, found->lock.read(kMostQueueFile));
    const auto changed = with_quarantine_line(bytes, seconds);
    if (changed.empty()) return damaged(ref);
    const bool held = found->name.starts_with('h');
    if (held && changed == bytes) return Moved::kAlready;
    if (!held) RESCUE_TRY(found->folders->control.move(found->name, found->folders->control, "hf" + ref.id));
    if (changed != bytes) RESCUE_TRY(found->folders->control.put("hf" + ref.id, changed, &found->lock.info));
    return Moved::kDone;
  }

  Result<Moved> release(const QueueRef& ref, std::int64_t seconds) override {
    const auto found = find(ref);
    if (!found) return told(found.error());
    if (found->name.starts_with('q')) return Moved::kAlready;
    RESCUE_ASSIGN(const auto bytes, found->lock.read(kMostQueueFile));
    const auto changed = without_quarantine_line(bytes, seconds);
    if (changed.empty()) return damaged(ref);
    QueueMessage message;
    SendmailFlags flags;
    if (!read_sendmail_queue_file(changed, message, flags) || flags.quarantined) return Moved::kAlready;
    if (changed != bytes) RESCUE_TRY(found->folders->control.put("hf" + ref.id, changed, &found->lock.info));
    RESCUE_TRY(found->folders->control.move("hf" + ref.id, found->folders->control, "qf" + ref.id));
    return Moved::kDone;
  }

  /// The queue file first, and out of the way of every run of the queue before: a message without its data
  /// file would be sent without its content.
  Result<Moved> purge(const QueueRef& ref, const QueueFolder* kept) override {
    const auto found = find(ref);
    if (!found && found.error().code != ErrorCode::kNotFound) return told(found.error());
    const auto name = "hf" + ref.id;
    const auto folders = found ? Result<const Folders*>(found->folders) : at(ref.place);
    if (found) {
      const auto& control = found->folders->control;
      if (found->name != name) RESCUE_TRY(control.move(found->name, control, name));
      RESCUE_TRY(take(control, name, kept));
    } else if (!folders || !has_data(**folders, ref)) {
      return kept != nullptr && kept->look("df" + ref.id) ? Moved::kDone : Moved::kGone;
    } else if (kept != nullptr && !kept->look(name)) {
      return Moved::kGone;
    }
    static_cast<void>(take((*folders)->transcript, "xf" + ref.id, kept));
    RESCUE_TRY(take((*folders)->data, "df" + ref.id, kept));
    return Moved::kDone;
  }

  /// In the folder above the queues: one of theirs might be taken for a queue.
  Result<QueueFolder> kept(unsigned round, bool make) const override {
    RESCUE_ASSIGN(const auto spool, QueueFolder::open(root_, kSpool));
    return spool.own_in(kept_name(round), make);
  }

  /// The queue file last: from then on sendmail sees the message.
  Result<std::optional<QueueRef>> put_back(const QueueRef& ref, const QueueFolder& kept,
                                           std::optional<std::int64_t> seconds) override {
    const auto data = "df" + ref.id, header = "hf" + ref.id;
    RESCUE_ASSIGN(const auto* folders, at(ref.place));
    if (auto moved = kept.move(data, folders->data, data); !moved && !folders->data.look(data))
      return fail(moved.error());
    const auto info = folders->data.look(data);
    const auto like = kept.look(header);
    if (!info || !like)
      return fail(ErrorCode::kNotFound, "not-found", ref.id + " is not among the mail that was kept");
    static_cast<void>(kept.move("xf" + ref.id, folders->transcript, "xf" + ref.id));
    RESCUE_ASSIGN(const auto bytes, kept.read(header, kMostQueueFile));
    const auto held = seconds ? with_quarantine_line(bytes, *seconds) : bytes;
    if (held.empty()) return fail(ErrorCode::kCorrupt, "evidence-corrupt", header + " is no queue file");
    RESCUE_TRY(folders->control.put(seconds ? header : "qf" + ref.id, held, &*like));
    RESCUE_TRY(kept.remove(header));
    return QueueRef{.id = ref.id, .place = ref.place, .mark = mark_of(*info)};
  }

 private:
  std::vector<std::string> folders_in(const QueueFolder& top, const std::string& place,
                                      evidence::Gaps& gaps) {
    bool cut = false;
    std::vector<std::string> out;
    const auto names = top.names(kMostMessages * 3, cut);
    if (!names) return out;
    for (const auto& name : *names) {
      if (name.size() > 2 && name[1] == 'f') continue;  // qf…, df…: files
      const auto info = top.look(name);
      if (!info || !S_ISDIR(info->st_mode) || name == "qf" || name == "df" || name == "xf") continue;
      if (is_plain(name) && out.size() < kMostFolders)
        out.push_back(name);
      else
        add_gap(gaps, place, "a folder in it is not read, for its name or for being one too many");
    }
    return out;
  }

  void read_place(const std::string& place, evidence::Gaps& gaps,
                  const std::function<void(QueueEntry&)>& visit) {
    const auto folders = at(place);
    bool cut = false;
    const auto names = folders ? (*folders)->control.names(kMostMessages * 3, cut)
                               : Result<std::vector<std::string>>(tl::unexpect, folders.error());
    if (!names) return add_gap(gaps, place, names.error().detail);
    if (cut) add_gap(gaps, place, "more files than are read");
    for (const std::string_view name : *names) {
      if (name.size() < 3 || name[1] != 'f' || !is_sendmail_id(name.substr(2))) continue;
      if (name[0] == 'q' || name[0] == 'h' || name[0] == 'Q')
        read_message(**folders, place, std::string(name), gaps, visit);
    }
  }

  void read_message(const Folders& folders, const std::string& place, const std::string& name,
                    evidence::Gaps& gaps, const std::function<void(QueueEntry&)>& visit) {
    const auto bytes = folders.control.read(name, kMostQueueFile);
    if (!bytes && bytes.error().code == ErrorCode::kNotFound) return;
    const auto id = name.substr(2);
    const auto data = folders.data.look("df" + id);
    QueueEntry entry;
    SendmailFlags flags;
    std::string fault = bytes ? "" : bytes.error().detail;
    if (bytes && !read_sendmail_queue_file(*bytes, entry.message, flags))
      fault = "no queue file, or a damaged one";
    if (flags.data_elsewhere) fault = "its content lies in another queue's folder";
    if (name[0] == 'Q') fault = "sendmail itself took it for damaged and put it aside";
    if (bytes && !fault.empty() && is_being_written(folders.control, name, *bytes)) {
      entry.state = QueueEntry::State::kUnfinished;
    } else if (!fault.empty()) {
      entry.state = QueueEntry::State::kUnreadable;
      add_gap(gaps, place + "/" + name, fault);
    } else if (!data || !S_ISREG(data->st_mode)) {
      entry.state = QueueEntry::State::kUnfinished;
    }
    entry.message.id = id;
    entry.ref = {.id = id, .place = place, .mark = data ? mark_of(*data) : FileMark{}};
    entry.bytes = (bytes ? bytes->size() : 0) + (data ? static_cast<std::uint64_t>(data->st_size) : 0);
    entry.held = name[0] == 'h';
    // Whoever calls sendmail owns what waits there.
    if (place.starts_with(kClientQueue))
      if (const auto info = folders.control.look(name)) entry.message.origin.uid = info->st_uid;
    if (flags.own_bounce && entry.message.origin.sender.empty())
      if (const auto content = folders.data.read("df" + id, kMostBounce))
        entry.message.original = read_bounced_original(*content);
    visit(entry);
  }

  /// A new one is written in its place and locked until it is whole.
  static bool is_being_written(const QueueFolder& control, const std::string& name,
                               const std::string& bytes) {
    if (bytes.empty()) return true;
    const auto lock = lock_sendmail_file(control, name);
    return !lock && lock.error().code == ErrorCode::kConflict;
  }

  static void add_gap(evidence::Gaps& gaps, const std::string& place, const std::string& reason) {
    gaps.push_back({.path = kSpool + "/" + place, .reason = reason, .prevents = std::string(kQueuePurpose)});
  }

  Result<const Folders*> at(const std::string& place) {
    if (const auto found = open_.find(place); found != open_.end()) return &found->second;
    RESCUE_ASSIGN(auto control, part(place, "qf"));
    RESCUE_ASSIGN(auto data, part(place, "df"));
    RESCUE_ASSIGN(auto transcript, part(place, "xf"));
    Folders folders{
        .control = std::move(control), .data = std::move(data), .transcript = std::move(transcript)};
    return &open_.emplace(place, std::move(folders)).first->second;
  }
  /// A link is followed to the queue itself, as administrators move it to another disk, and nowhere in it.
  Result<QueueFolder> part(const std::string& place, const std::string& kind) const {
    const auto slash = place.find('/');
    RESCUE_ASSIGN(auto folder, QueueFolder::open(root_, kSpool + "/" + place.substr(0, slash)));
    if (slash != std::string::npos) {
      RESCUE_ASSIGN(folder, folder.open_in(place.substr(slash + 1)));
    }
    if (auto inner = folder.open_in(kind)) return std::move(*inner);
    return folder;
  }

  static std::string control_name(const Folders& folders, const std::string& id) {
    for (const auto* kind : {"qf", "hf"})
      if (folders.control.look(kind + id)) return kind + id;
    return {};
  }
  static bool has_data(const Folders& folders, const QueueRef& ref) {
    const auto info = folders.data.look("df" + ref.id);
    return info && S_ISREG(info->st_mode) && mark_of(*info) == ref.mark;
  }

  struct Found {
    const Folders* folders;
    std::string name;
    LockedQueueFile lock;
  };
  /// The very message, locked. Its queue file is another one after each try to deliver it; its data file
  /// stays.
  Result<Found> find(const QueueRef& ref) {
    RESCUE_ASSIGN(const auto* folders, at(ref.place));
    auto name = control_name(*folders, ref.id);
    if (name.empty() || !has_data(*folders, ref))
      return fail(ErrorCode::kNotFound, "not-found", ref.id + " is not in the queue any more");
    RESCUE_ASSIGN(auto lock, lock_sendmail_file(folders->control, name));
    // Delivered before the lock came.
    if (!has_data(*folders, ref))
      return fail(ErrorCode::kNotFound, "not-found", ref.id + " is not in the queue any more");
    return Found{.folders = folders, .name = std::move(name), .lock = std::move(lock)};
  }

  static tl::unexpected<Error> damaged(const QueueRef& ref) {
    return fail(ErrorCode::kCorrupt, "evidence-corrupt", ref.id + " is no whole queue file any more");
  }

  std::string root_;
  std::map<std::string, Folders> open_;  // by place
};

/// "O QueueDirectory=/var/spool/mqueue/q*", "Qname, P=/other/q*" (Operation Guide, 5.6 and 4.5).
void tell_other_queues(const std::string& root, evidence::Gaps& gaps) {
  constexpr std::size_t kMostBytes = 4 << 20;
  const std::string path = "/etc/mail/sendmail.cf";
  const auto safe = evidence::SafeRoot::open(root);
  const auto text =
      safe ? safe->read_small(path, kMostBytes) : Result<std::string>(tl::unexpect, safe.error());
  if (!text) return;
  for (const auto& line : evidence::split_list(*text, "\n")) {
    constexpr std::string_view kOption = "O QueueDirectory=";
    const bool elsewhere =
        line.starts_with(kOption) && !line.substr(kOption.size()).starts_with("/var/spool/mqueue");
    const bool group = line.starts_with('Q') && line.find("P=") != std::string::npos;
    if (elsewhere || group)
      gaps.push_back({.path = path,
                      .reason = "a queue elsewhere is not read: " + line.substr(0, 200),
                      .prevents = std::string(kQueuePurpose),
                      .grave = true});
  }
}

}  // namespace

std::unique_ptr<MailQueue> open_sendmail_queue(const std::string& root, evidence::Gaps& gaps) {
  tell_other_queues(root, gaps);
  if (!QueueFolder::open(root, kSpool + "/" + std::string(kQueue))) return nullptr;
  return std::make_unique<SendmailQueue>(root);
}

}  // namespace rescue::recovery
