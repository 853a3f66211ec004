#include <array>
#include <map>
#include <optional>
#include <tuple>

#include "exim_queue_lock.hpp"
#include "queue_headers.hpp"
#include "queue_mail_system.hpp"
#include "rescue/recovery/exim_queue_file.hpp"

namespace rescue::recovery {
namespace {

constexpr std::array<const char*, 2> kSpools = {"/var/spool/exim4", "/var/spool/exim"};
constexpr std::size_t kMostHeaderFile = 16 << 20;  // fifty thousand recipients
constexpr std::size_t kMostBounce = 64 * 1024;
constexpr mode_t kFolderMode = 0750;

std::string message_log(const std::string& id) {
  return id + ".msglog";
}

class EximQueue final : public MailQueue {
 public:
  EximQueue(std::string path, QueueFolder spool) : path_(std::move(path)), spool_(std::move(spool)) {}

  MailSystem system() const override { return MailSystem::kExim; }

  void read(evidence::Gaps& gaps, const std::function<void(QueueEntry&)>& visit) override {
    open_.clear();
    tell_named_queues(gaps);
    read_folder("", gaps, visit);
  }

  Result<std::string> whole(const QueueRef& ref, std::size_t most) override {
    RESCUE_ASSIGN(const auto* folder, input(ref.place));
    RESCUE_ASSIGN(auto header, folder->read(ref.id + "-H", most));
    RESCUE_ASSIGN(const auto data, folder->read(ref.id + "-D", most - header.size()));
    return header + data;
  }

  /// As exim -Mf: under the lock of the data file the header file is written anew, with the line that says
  /// so.
  Result<Moved> hold(const QueueRef& ref, std::int64_t seconds) override {
    return rewrite(ref, [&](const std::string& bytes) { return with_frozen_line(bytes, seconds); });
  }
  Result<Moved> release(const QueueRef& ref, std::int64_t seconds) override {
    return rewrite(ref, [&](const std::string& bytes) { return without_frozen_line(bytes, seconds); });
  }

  /// As exim -Mrm: under the lock the log of the message, then -D, -H and -J.
  Result<Moved> purge(const QueueRef& ref, const QueueFolder* kept) override {
    const auto found = find(ref);
    if (found) return clear_files(ref.id, *found->folder, found->place, kept);
    if (found.error().code != ErrorCode::kNotFound) return told(found.error());
    // What a run that was killed has left: Exim leaves alone what has no data file.
    const auto folder = input(ref.place);
    if (folder && !(*folder)->look(ref.id + "-D") && (*folder)->look(ref.id + "-H"))
      return clear_files(ref.id, **folder, ref.place, kept);
    return kept != nullptr && kept->look(ref.id + "-D") ? Moved::kDone : Moved::kGone;
  }

  Result<QueueFolder> kept(unsigned round, bool make) const override {
    return spool_.own_in(kept_name(round), make);
  }

  /// The header file last: from then on Exim sees the message.
  Result<std::optional<QueueRef>> put_back(const QueueRef& ref, const QueueFolder& kept,
                                           std::optional<std::int64_t> seconds) override {
    if (seconds && is_too_old(kept, ref.id + "-H", *seconds)) return std::nullopt;
    RESCUE_ASSIGN(const auto* folder, make("input", ref.place));
    const auto data = ref.id + "-D", header = ref.id + "-H";
    if (auto moved = kept.move(data, *folder, data); !moved && !folder->look(data))
      return fail(moved.error());
    const auto info = folder->look(data);
    const auto like = kept.look(header);
    if (!info || !like)
      return fail(ErrorCode::kNotFound, "not-found", ref.id + " is not among the mail that was kept");
    RESCUE_ASSIGN(const auto lock, lock_exim_message(*folder, ref.id, mark_of(*info)));
    static_cast<void>(kept.move(ref.id + "-J", *folder, ref.id + "-J"));
    if (const auto logs = make("msglog", ref.place))
      static_cast<void>(kept.move(message_log(ref.id), **logs, ref.id));
    RESCUE_ASSIGN(const auto bytes, kept.read(header, kMostHeaderFile));
    const auto frozen = seconds ? with_frozen_line(bytes, *seconds) : bytes;
    if (frozen.empty()) return fail(ErrorCode::kCorrupt, "evidence-corrupt", header + " is no header file");
    RESCUE_TRY(folder->put(header, frozen, &*like));
    RESCUE_TRY(kept.remove(header));
    return QueueRef{.id = ref.id, .place = ref.place, .mark = mark_of(*info)};
  }

 private:
  /// Exim counts a message's age, not that of its freezing, against timeout_frozen_after (Debian: 7 days) and
  /// ignore_bounce_errors_after (2 days): an old one would be bounced at once (spec, 14).
  static bool is_too_old(const QueueFolder& kept, const std::string& header, std::int64_t seconds) {
    constexpr std::int64_t kHeldAtMost = 24 * 60 * 60;
    const auto bytes = kept.read(header, kMostHeaderFile);
    QueueMessage message;
    EximFlags flags;
    if (!bytes || !read_exim_header_file(*bytes, message, flags)) return false;
    return message.received && seconds - to_us(*message.received) / 1'000'000 > kHeldAtMost;
  }

  void read_folder(const std::string& place, evidence::Gaps& gaps,
                   const std::function<void(QueueEntry&)>& visit) {
    const auto folder = input(place);
    bool cut = false;
    const auto names = folder ? (*folder)->names(kMostMessages * 3, cut)
                              : Result<std::vector<std::string>>(tl::unexpect, folder.error());
    if (!names) {
      // An ordinary file of one letter is none of ours.
      if (place.empty()) add_gap(gaps, place, names.error().detail);
      return;
    }
    if (cut) add_gap(gaps, place, "more files than are read");
    for (const auto& name : *names) {
      if (name.size() == 1 && place.empty()) read_folder(name, gaps, visit);
      if (name.ends_with("-H") && is_exim_id(std::string_view(name).substr(0, name.size() - 2)))
        read_message(**folder, place, name.substr(0, name.size() - 2), gaps, visit);
    }
  }

  void read_message(const QueueFolder& folder, const std::string& place, const std::string& id,
                    evidence::Gaps& gaps, const std::function<void(QueueEntry&)>& visit) {
    const auto bytes = folder.read(id + "-H", kMostHeaderFile);
    if (!bytes && bytes.error().code == ErrorCode::kNotFound) return;
    QueueEntry entry;
    EximFlags flags;
    if (!bytes || !read_exim_header_file(*bytes, entry.message, flags) || entry.message.id != id) {
      entry.state = QueueEntry::State::kUnreadable;
      add_gap(gaps, place + (place.empty() ? "" : "/") + id + "-H",
              bytes ? "no header file, or a damaged one" : bytes.error().detail);
    }
    const auto data = folder.look(id + "-D");
    // Exim makes -D first and takes it away first: without it the message is on its way.
    if (entry.state == QueueEntry::State::kReady && (!data || !S_ISREG(data->st_mode)))
      entry.state = QueueEntry::State::kUnfinished;
    entry.message.id = id;
    entry.ref = {.id = id, .place = place, .mark = data ? mark_of(*data) : FileMark{}};
    entry.bytes = (bytes ? bytes->size() : 0) + (data ? static_cast<std::uint64_t>(data->st_size) : 0);
    entry.held = flags.frozen;
    if (flags.own_bounce && entry.message.origin.sender.empty())
      if (const auto content = folder.read(id + "-D", kMostBounce))
        entry.message.original = read_bounced_original(*content);
    visit(entry);
  }

  void tell_named_queues(evidence::Gaps& gaps) {
    bool cut = false;
    const auto names = spool_.names(1'000, cut);
    if (!names) return;
    for (const auto& name : *names) {
      const auto folder = spool_.open_in(name);
      if (folder && folder->look("input"))
        gaps.push_back({.path = path_ + "/" + name,
                        .reason = "a queue with a name of its own is not read",
                        .prevents = std::string(kQueuePurpose),
                        .grave = true});
    }
  }

  void add_gap(evidence::Gaps& gaps, const std::string& place, const std::string& reason) const {
    gaps.push_back({.path = path_ + "/input" + (place.empty() ? "" : "/") + place,
                    .reason = reason,
                    .prevents = std::string(kQueuePurpose)});
  }

  Result<const QueueFolder*> input(const std::string& place) { return cached("input", place, false); }
  Result<const QueueFolder*> make(const std::string& kind, const std::string& place) {
    return cached(kind, place, true);
  }
  Result<const QueueFolder*> cached(const std::string& kind, const std::string& place, bool make_it) {
    const auto path = place.empty() ? kind : kind + "/" + place;
    if (const auto found = open_.find(path); found != open_.end()) return &found->second;
    if (make_it) {
      RESCUE_ASSIGN(auto made, spool_.make_in(path, kFolderMode));
      return &open_.emplace(path, std::move(made)).first->second;
    }
    RESCUE_ASSIGN(auto folder, spool_.open_in(kind));
    if (!place.empty()) {
      RESCUE_ASSIGN(folder, folder.open_in(place));
    }
    return &open_.emplace(path, std::move(folder)).first->second;
  }

  struct Found {
    const QueueFolder* folder;
    std::string place;
    UniqueFd lock;
  };
  /// The very message, locked: where it was seen, else where Exim would look for it.
  Result<Found> find(const QueueRef& ref) {
    for (const auto& place : {ref.place, ref.id.substr(5, 1), std::string()}) {
      const auto folder = input(place);
      if (!folder) continue;
      const auto info = (*folder)->look(ref.id + "-D");
      if (!info || !S_ISREG(info->st_mode) || mark_of(*info) != ref.mark) continue;
      auto lock = lock_exim_message(**folder, ref.id, ref.mark);
      if (lock) return Found{.folder = *folder, .place = place, .lock = *std::move(lock)};
      if (lock.error().code != ErrorCode::kNotFound) return fail(lock.error());
    }
    return fail(ErrorCode::kNotFound, "not-found", ref.id + " is not in the queue any more");
  }

  template <class Change>
  Result<Moved> rewrite(const QueueRef& ref, const Change& change) {
    const auto found = find(ref);
    if (!found) return told(found.error());
    const auto header = ref.id + "-H";
    const auto info = found->folder->look(header);
    const auto bytes = found->folder->read(header, kMostHeaderFile);
    if (!bytes || !info)
      return told(bytes ? Error{.code = ErrorCode::kNotFound, .problem = {}, .detail = {}} : bytes.error());
    const auto changed = change(*bytes);
    if (changed.empty() || changed == *bytes) return Moved::kAlready;
    RESCUE_TRY(found->folder->put(header, changed, &*info));
    return Moved::kDone;
  }

  Result<Moved> clear_files(const std::string& id, const QueueFolder& folder, const std::string& place,
                            const QueueFolder* kept) {
    const auto take = [&](const QueueFolder& from, const std::string& name, const std::string& kept_name) {
      return kept != nullptr ? from.move(name, *kept, kept_name) : from.remove(name);
    };
    if (const auto logs = cached("msglog", place, false))
      static_cast<void>(take(**logs, id, message_log(id)));
    for (const auto* suffix : {"-D", "-H", "-J"}) {
      const auto done = take(folder, id + suffix, id + suffix);
      if (!done && done.error().code != ErrorCode::kNotFound) return fail(done.error());
    }
    return Moved::kDone;
  }

  static Result<Moved> told(const Error& error) {
    if (error.code == ErrorCode::kNotFound) return Moved::kGone;
    if (error.code == ErrorCode::kConflict) return Moved::kBusy;
    return fail(error);
  }

  std::string path_;
  QueueFolder spool_;
  std::map<std::string, QueueFolder> open_;
};

}  // namespace

std::unique_ptr<MailQueue> open_exim_queue(const std::string& root, evidence::Gaps& gaps) {
  std::unique_ptr<MailQueue> out;
  for (const auto* path : kSpools) {
    auto spool = QueueFolder::open(root, path);
    if (!spool || !spool->look("input")) continue;
    if (out) {
      gaps.push_back({.path = path,
                      .reason = "a second spool of Exim is not read",
                      .prevents = std::string(kQueuePurpose),
                      .grave = true});
      continue;
    }
    out = std::make_unique<EximQueue>(path, std::move(*spool));
  }
  return out;
}

}  // namespace rescue::recovery
