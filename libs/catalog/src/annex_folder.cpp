#include "annex_file.hpp"
#include "annex_files.hpp"
#include "rescue/catalog/file_stamp.hpp"

namespace rescue::catalog {
namespace {

Result<AnnexText> parse(const AnnexFile& file, std::string path, std::string text) {
  if (file.form == AnnexFile::Form::kYaml) return parse_yaml(std::move(path), std::move(text));
  if (file.form == AnnexFile::Form::kCsv) return parse_csv(std::move(path), std::move(text));
  return AnnexText{.path = std::move(path), .text = std::move(text), .value = nullptr, .lines = {}};
}

}  // namespace

struct AnnexFolder::Watched {
  AnnexFile file;
  std::optional<FileStamp> seen;  ///< of the file when it was read last
  State state;
};

AnnexFolder::AnnexFolder(std::string directory) : directory_(std::move(directory)) {
  for (auto& file : annex_files()) add(std::move(file));
}

void AnnexFolder::add(AnnexFile file) {
  auto watched = std::make_shared<Watched>();
  watched->state.name = file.name;
  watched->file = std::move(file);
  files_.push_back(std::move(watched));
}

Status AnnexFolder::check_versions(const std::vector<AnnexVersion>& versions) {
  std::map<std::string, std::string, std::less<>> fresh;
  for (const auto& version : versions) {
    const auto name = version.annex + " " + version.version;
    const auto known = known_.find(name);
    const auto& first =
        known != known_.end() ? known->second : fresh.emplace(name, version.sha256).first->second;
    if (first == version.sha256) continue;
    return fail(
        ErrorCode::kInvalid, "annex-unreadable",
        "\"" + version.version +
            "\" stood there with another content: a version never changes, what changed is a new one");
  }
  if (keep_) RESCUE_TRY(keep_(versions));
  known_.merge(fresh);
  return {};
}

Status AnnexFolder::take(Watched& watched, Timestamp now) {
  const auto path = directory_ + "/" + watched.file.file;
  // Before it is read: what is written meanwhile is seen the next time.
  const auto stamp = stamp_of(path);
  const auto read = [&]() -> Result<ReadAnnex> {
    RESCUE_ASSIGN(auto text, read_text_file(path));
    RESCUE_ASSIGN(const auto annex, parse(watched.file, path, std::move(text)));
    auto out = watched.file.read(annex);
    if (!out) return fail(located(annex, std::move(out).error()));
    if (auto checked = check_versions(out->versions); !checked) {
      return fail(located(annex, std::move(checked).error()));
    }
    return out;
  }();
  const std::lock_guard lock(mutex_);
  if (!read) {
    watched.state.broken = read.error().detail;
    // What was not the file's fault is tried again.
    if (read.error().code != ErrorCode::kUnavailable) watched.seen = stamp;
    return fail(read.error());
  }
  watched.seen = stamp;
  watched.state.broken.reset();
  watched.state.loaded = now;
  auto next = current_ ? std::make_shared<Annexes>(*current_) : std::make_shared<Annexes>();
  read->install(*next);
  current_ = std::move(next);
  return {};
}

Status AnnexFolder::open(Timestamp now) {
  std::string faults;
  for (const auto& watched : files_) {
    const auto taken = take(*watched, now);
    if (!taken) faults += (faults.empty() ? "" : "\n") + taken.error().detail;
  }
  if (faults.empty()) return {};
  const std::lock_guard lock(mutex_);
  current_.reset();
  return fail(ErrorCode::kInvalid, "annex-unreadable", faults);
}

std::vector<AnnexFolder::State> AnnexFolder::refresh(Timestamp now) {
  std::vector<State> out;
  for (const auto& watched : files_) {
    if (watched->seen == stamp_of(directory_ + "/" + watched->file.file)) continue;
    // The fault is kept in the state.
    static_cast<void>(take(*watched, now));
    const std::lock_guard lock(mutex_);
    out.push_back(watched->state);
  }
  return out;
}

std::vector<AnnexFolder::State> AnnexFolder::states() const {
  const std::lock_guard lock(mutex_);
  std::vector<State> out;
  for (const auto& watched : files_) out.push_back(watched->state);
  return out;
}

AnnexSnapshot AnnexFolder::current() const {
  const std::lock_guard lock(mutex_);
  return current_;
}

}  // namespace rescue::catalog
