#include "survey_reading.hpp"

#include <algorithm>

namespace rescue::evidence {
namespace {

constexpr std::size_t kPiece = 256 * 1024;
constexpr std::uint64_t kMostProgramBytes = 256ULL << 20U;
constexpr std::uint64_t kMostPackagedBytes = 4ULL << 30U;

bool is_uninteresting(const SurveyedFile& file) {
  return file.form == SurveyedFile::Form::kOther && !is_temporary_folder(file.path);
}
/// A file of gigabytes that takes no room is there to keep its reader busy.
bool is_mostly_hole(const FileInfo& info) {
  constexpr std::uint64_t kLarge = 1 << 20, kTimes = 4;
  return info.size > kLarge && info.stored * kTimes < info.size;
}

SurveyedFile::Form form_of(std::string_view text) {
  if (text.starts_with("\x7f"
                       "ELF"))
    return SurveyedFile::Form::kElf;
  return text.starts_with("#!") ? SurveyedFile::Form::kScript : SurveyedFile::Form::kOther;
}

/// Also where the address lies across two pieces.
void look_for_pool(std::string_view text, std::string& tail, SurveyedFile& file) {
  constexpr std::string_view kMark = "stratum+";
  tail.append(text.substr(0, kMark.size()));
  file.names_pool = file.names_pool || text.find(kMark) != text.npos || tail.find(kMark) != tail.npos;
  tail = text.substr(text.size() - std::min(text.size(), kMark.size()));
}

}  // namespace

bool is_temporary_folder(std::string_view path) {
  return path.starts_with("/tmp/") || path.starts_with("/var/tmp/") || path.starts_with("/dev/shm/");
}

SurveyReading::SurveyReading(const SafeRoot& root, std::function<bool()> time_is_up)
    : root_(root), time_is_up_(std::move(time_is_up)), piece_(kPiece) {}

bool SurveyReading::time_is_up() {
  late = late || (time_is_up_ && time_is_up_());
  return late;
}

void SurveyReading::read(SurveyCandidate& candidate) {
  auto& file = candidate.file;
  auto open = root_.open_file(file.path);
  if (!open) {
    candidate.unread = open.error().code != ErrorCode::kNotFound;  // gone meanwhile
    if (candidate.record != nullptr) candidate.record->state = PackagedFile::State::kUnreadable;
    return;
  }
  if (file.executable()) file.capability = open->attribute("security.capability");
  const bool whole = take(*open, candidate);
  if (candidate.record == nullptr || !candidate.record->digest || !whole) return;
  const bool same = packaged_digest(*candidate.record).take() == *candidate.record->digest;
  candidate.record->state = same ? PackagedFile::State::kUnchanged : PackagedFile::State::kChanged;
  file.changed = !same;
  if (!same) file.sha256 = hash_again(*open);
}

/// The stream of the kind in which the data base names this file.
DigestStream& SurveyReading::packaged_digest(const PackagedFile& record) {
  const auto kind = record.digest->kind;
  return digests_.try_emplace(kind, kind).first->second;
}

/// False when it is a foreign file of no interest, or was not read to its end.
bool SurveyReading::take(OpenFile& open, SurveyCandidate& candidate) {
  auto& file = candidate.file;
  const bool packaged = candidate.record != nullptr && candidate.record->digest.has_value();
  bool first = true;
  std::string tail;
  auto* digest = packaged ? &packaged_digest(*candidate.record) : nullptr;
  if (digest == nullptr) {
    sha256_ = Sha256();
  } else {
    digest->take();  // what a file that was not read to its end left
  }
  // Most of what no package brought is no program, and its beginning says so.
  constexpr std::size_t kBeginning = 4096;
  for (std::uint64_t total = 0;;) {
    if (time_is_up()) return false;
    const auto got = open.read(first ? std::span(piece_).first(kBeginning) : std::span(piece_));
    if (!got) {
      candidate.unread = true;
      return false;
    }
    if (*got == 0) break;
    const std::string_view text(piece_.data(), *got);
    if (first) file.form = form_of(text);
    if (first && !packaged && (is_uninteresting(file) || is_mostly_hole(file.info))) return false;
    first = false;
    total += *got;
    bytes += *got;
    if (digest != nullptr) {
      digest->update(text);
    } else {
      sha256_.update(text);
      look_for_pool(text, tail, file);
    }
    if (total > (packaged ? kMostPackagedBytes : kMostProgramBytes)) {
      candidate.unread = packaged;
      return false;
    }
  }
  if (!packaged) file.sha256 = sha256_.hex();
  return true;
}

/// Only what was changed needs the hash by which it is named.
std::string SurveyReading::hash_again(const OpenFile& open) {
  Sha256 sha256;
  for (std::uint64_t offset = 0;;) {
    const auto got = open.read_at(offset, piece_);
    if (!got || time_is_up()) return "";
    if (*got == 0) return sha256.hex();
    sha256.update({piece_.data(), *got});
    offset += *got;
    bytes += *got;
  }
}

}  // namespace rescue::evidence
