#include <fcntl.h>

#include <array>
#include <map>

#include "postfix_queue_names.hpp"
#include "queue_mail_system.hpp"
#include "rescue/recovery/postfix_queue_file.hpp"

namespace rescue::recovery {
namespace {

// In the order in which mail goes through them: what moves on is still met.
constexpr std::array<std::string_view, 5> kQueues = {"maildrop", "incoming", "active", "deferred", "hold"};
constexpr std::array<std::string_view, 3> kLogs = {"bounce", "defer", "trace"};
constexpr mode_t kReady = S_IRWXU;  // cleanup(8) sets it when a file is whole
constexpr mode_t kFolderMode = 0700;
constexpr unsigned kMostDepth = 4;

bool lies_in(std::string_view place, std::string_view queue) {
  return place.substr(0, place.find('/')) == queue;
}

class PostfixQueue final : public MailQueue {
 public:
  PostfixQueue(QueueFolder folder, PostfixQueueSettings settings)
      : folder_(std::move(folder)), settings_(std::move(settings)) {}

  MailSystem system() const override { return MailSystem::kPostfix; }

  void read(evidence::Gaps& gaps, const std::function<void(QueueEntry&)>& visit) override {
    open_.clear();
    for (const auto queue : kQueues) read_folder(std::string(queue), 0, gaps, visit);
  }

  Result<std::string> whole(const QueueRef& ref, std::size_t most) override {
    RESCUE_ASSIGN(const auto place, find(ref));
    RESCUE_ASSIGN(const auto* folder, at(place));
    return folder->read(ref.id, most);
  }

  /// As postsuper -h: a rename into hold. Mail in maildrop is not yet checked by cleanup(8) and cannot lie
  /// there.
  Result<Moved> hold(const QueueRef& ref, std::int64_t) override {
    const auto place = find(ref);
    if (!place) return Moved::kGone;
    if (lies_in(*place, "hold")) return Moved::kAlready;
    if (lies_in(*place, "maildrop")) return Moved::kBusy;
    return rename(ref, *place, "hold");
  }

  /// As postsuper -H: a rename into deferred.
  Result<Moved> release(const QueueRef& ref, std::int64_t) override {
    const auto place = find(ref);
    if (!place) return Moved::kGone;
    if (!lies_in(*place, "hold")) return Moved::kAlready;
    return rename(ref, *place, "deferred");
  }

  /// As postsuper -d: first what was written about its delivery, then the message.
  Result<Moved> purge(const QueueRef& ref, const QueueFolder* kept) override {
    const auto place = find(ref);
    if (!place) return kept != nullptr && kept->look(ref.id) ? Moved::kDone : Moved::kGone;
    for (const auto log : kLogs) {
      const auto folder = at(postfix_place(settings_, log, ref.id));
      if (folder) static_cast<void>(take(**folder, ref.id, kept, ref.id + "." + std::string(log)));
    }
    RESCUE_ASSIGN(const auto* folder, at(*place));
    auto moved = told(take(*folder, ref.id, kept, ref.id));
    if (kept != nullptr && moved && *moved == Moved::kDone) return check(ref, *kept, ref.id, *folder);
    return moved;
  }

  Result<QueueFolder> kept(unsigned round, bool make) const override {
    return folder_.own_in(kept_name(round), make);
  }

  Result<std::optional<QueueRef>> put_back(const QueueRef& ref, const QueueFolder& kept,
                                           std::optional<std::int64_t>) override {
    // By a name that Postfix does not look at, until the inode is known that its own name must tell.
    const auto waiting = ".back." + ref.id;
    RESCUE_ASSIGN(const auto* parent, at("hold"));
    if (auto moved = kept.move(ref.id, *parent, waiting); !moved && !parent->look(waiting))
      return fail(moved.error());
    const auto info = parent->look(waiting);
    if (!info)
      return fail(ErrorCode::kNotFound, "not-found", ref.id + " is not among the mail that was kept");
    const auto id = postfix_id_for(ref.id, info->st_ino);
    for (const auto log : kLogs)
      if (const auto folder = make(postfix_place(settings_, log, id)))
        static_cast<void>(kept.move(ref.id + "." + std::string(log), **folder, id));
    const auto place = postfix_place(settings_, "hold", id);
    RESCUE_ASSIGN(const auto* folder, make(place));
    RESCUE_TRY(parent->move(waiting, *folder, id));
    return QueueRef{.id = id, .place = place, .mark = mark_of(*info)};
  }

 private:
  void read_folder(const std::string& place, unsigned depth, evidence::Gaps& gaps,
                   const std::function<void(QueueEntry&)>& visit) {
    const auto folder = at(place);
    bool cut = false;
    const auto names = folder ? (*folder)->names(kMostMessages, cut)
                              : Result<std::vector<std::string>>(tl::unexpect, folder.error());
    if (!names) {
      if (depth == 0 || names.error().code != ErrorCode::kNotFound)
        add_gap(gaps, place, names.error().detail);
      return;
    }
    if (cut) add_gap(gaps, place, "more than " + std::to_string(kMostMessages) + " files");
    for (const auto& name : *names) {
      if (name.size() == 1 && depth < kMostDepth) {
        read_folder(place + "/" + name, depth + 1, gaps, visit);
      } else if (is_postfix_id(name)) {
        read_file(**folder, place, name, gaps, visit);
      }
    }
  }

  void read_file(const QueueFolder& folder, const std::string& place, const std::string& name,
                 evidence::Gaps& gaps, const std::function<void(QueueEntry&)>& visit) {
    const auto info = folder.look(name);
    if (!info) return;  // it has moved on
    QueueEntry entry;
    entry.message.id = name;
    entry.ref = {.id = name, .place = place, .mark = mark_of(*info)};
    entry.bytes = static_cast<std::uint64_t>(info->st_size);
    entry.held = lies_in(place, "hold");
    if (S_ISREG(info->st_mode) && (info->st_mode & S_IRWXU) != kReady) {
      entry.state = QueueEntry::State::kUnfinished;
      return visit(entry);
    }
    const auto file = folder.open_file(name, O_NOATIME);
    if (!file && file.error().code == ErrorCode::kNotFound) return;
    if (!file || file->info().inode != info->st_ino || !read_postfix_message(*file, entry.message)) {
      entry.state = QueueEntry::State::kUnreadable;
      add_gap(gaps, place + "/" + name, file ? "no queue file, or a damaged one" : file.error().detail);
    } else if (lies_in(place, "maildrop")) {
      entry.message.origin.uid = info->st_uid;
    }
    visit(entry);
  }

  void add_gap(evidence::Gaps& gaps, const std::string& place, const std::string& reason) const {
    gaps.push_back(
        {.path = settings_.folder + "/" + place, .reason = reason, .prevents = std::string(kQueuePurpose)});
  }

  /// Where the very file lies now: where it was seen, else as postsuper looks: in each queue.
  Result<std::string> find(const QueueRef& ref) {
    if (is_at(ref.place, ref)) return ref.place;
    for (int tries = 0; tries < 2; ++tries)
      for (const auto queue : kQueues)
        if (auto place = postfix_place(settings_, queue, ref.id); is_at(place, ref)) return place;
    return fail(ErrorCode::kNotFound, "not-found", ref.id + " is in no queue any more");
  }
  bool is_at(const std::string& place, const QueueRef& ref) {
    const auto folder = at(place);
    if (!folder) return false;
    const auto info = (*folder)->look(ref.id);
    return info && S_ISREG(info->st_mode) && mark_of(*info) == ref.mark;
  }

  Result<const QueueFolder*> at(const std::string& place) { return cached(place, false); }
  Result<const QueueFolder*> make(const std::string& place) { return cached(place, true); }
  Result<const QueueFolder*> cached(const std::string& place, bool make_it) {
    if (const auto found = open_.find(place); found != open_.end()) return &found->second;
    if (make_it) {
      RESCUE_ASSIGN(auto made, folder_.make_in(place, kFolderMode));
      return &open_.emplace(place, std::move(made)).first->second;
    }
    const auto slash = place.rfind('/');
    const QueueFolder* parent = &folder_;
    if (slash != std::string::npos) {
      RESCUE_ASSIGN(parent, at(place.substr(0, slash)));
    }
    RESCUE_ASSIGN(auto folder, parent->open_in(slash == std::string::npos ? place : place.substr(slash + 1)));
    return &open_.emplace(place, std::move(folder)).first->second;
  }

  Result<Moved> rename(const QueueRef& ref, const std::string& place, std::string_view queue) {
    RESCUE_ASSIGN(const auto* from, at(place));
    RESCUE_ASSIGN(const auto* to, make(postfix_place(settings_, queue, ref.id)));
    auto moved = told(from->move(ref.id, *to, ref.id));
    if (moved && *moved == Moved::kDone) return check(ref, *to, ref.id, *from);
    return moved;
  }

  static Status take(const QueueFolder& folder, const std::string& name, const QueueFolder* kept,
                     const std::string& kept_name) {
    return kept != nullptr ? folder.move(name, *kept, kept_name) : folder.remove(name);
  }

  /// A name that was given to another message between look and move: that one goes back.
  static Result<Moved> check(const QueueRef& ref, const QueueFolder& now, const std::string& name,
                             const QueueFolder& before) {
    const auto info = now.look(name);
    if (!info || mark_of(*info) == ref.mark || info->st_dev != ref.mark.device) return Moved::kDone;
    RESCUE_TRY(now.move(name, before, ref.id));
    return Moved::kGone;
  }

  static Result<Moved> told(const Status& done) {
    if (done) return Moved::kDone;
    if (done.error().code == ErrorCode::kNotFound) return Moved::kGone;
    return fail(done.error());
  }

  QueueFolder folder_;
  PostfixQueueSettings settings_;
  std::map<std::string, QueueFolder> open_;  // by place
};

}  // namespace

std::unique_ptr<MailQueue> open_postfix_queue(const std::string& root, evidence::Gaps& gaps) {
  const auto safe = evidence::SafeRoot::open(root);
  if (!safe) return nullptr;
  auto settings = read_postfix_queue_settings(*safe, gaps);
  auto folder = QueueFolder::open(root, settings.folder);
  if (!folder) return nullptr;
  // A folder that another package made and Postfix never ran in.
  if (!folder->look("active") && !folder->look("deferred")) return nullptr;
  return std::make_unique<PostfixQueue>(std::move(*folder), std::move(settings));
}

}  // namespace rescue::recovery
