#include "survey_reading.hpp"

#include <algorithm>

namespace rescue::evidence {
namespace {

constexpr std::size_t kWholePiece = 64 * 1024;  // most packaged files are read by one call
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

SurveyReading::SurveyReading(const SafeRoot& root, const SurveyOptions& options, unsigned thread)
    : options_(options), thread_(thread), bytes_(root) {}

bool SurveyReading::time_is_up() {
  late = late || (options_.time_is_up && options_.time_is_up());
  return late;
}

void SurveyReading::read(SurveyCandidate& candidate) {
  const auto opened = bytes_.open(candidate.path);
  if (!opened) candidate.unread = candidate.survey && opened.error().code != ErrorCode::kNotFound;
  if (opened && candidate.survey) judge(candidate);
  for (std::size_t i = 0; i < options_.readers.size(); ++i) {
    if ((candidate.readers >> i & 1U) == 0 || time_is_up()) continue;
    auto& reader = *options_.readers[i];
    if (opened)
      reader.look(thread_, candidate.path, bytes_);
    else
      reader.miss(thread_, candidate.path, opened.error());
  }
}

/// So that hashing it reads nothing of that a second time.
std::size_t SurveyReading::wanted_beginning(const SurveyCandidate& candidate) const {
  std::size_t most = 0;
  for (std::size_t i = 0; i < options_.readers.size(); ++i) {
    if ((candidate.readers >> i & 1U) != 0) most = std::max(most, options_.readers[i]->beginning_bytes());
  }
  return most;
}

void SurveyReading::judge(SurveyCandidate& candidate) {
  auto* record = candidate.record;
  SurveyedFile file{.path = candidate.path, .info = candidate.info, .owned = record != nullptr};
  if (candidate.info.mode & 0111U) file.capability = bytes_.file().attribute("security.capability");
  const bool whole = take(candidate, file);
  if (record != nullptr && record->digest && whole) {
    file.changed = packaged_digest(*record).take() != *record->digest;
    record->state = file.changed ? PackagedFile::State::kChanged : PackagedFile::State::kUnchanged;
    // Only what was changed needs the hash by which it is named.
    if (file.changed) file.sha256 = sha256_of_whole();
  }
  const bool foreign = !file.owned && (file.form != SurveyedFile::Form::kOther || file.names_pool);
  if (candidate.keep || file.changed || foreign || !file.capability.empty())
    candidate.found = std::make_unique<SurveyedFile>(std::move(file));
}

/// The stream of the kind in which the data base names this file.
DigestStream& SurveyReading::packaged_digest(const PackagedFile& record) {
  const auto kind = record.digest->kind;
  return digests_.try_emplace(kind, kind).first->second;
}

/// False when it is a foreign file of no interest, or was not read to its end.
bool SurveyReading::take(SurveyCandidate& candidate, SurveyedFile& file) {
  const bool packaged = candidate.record != nullptr && candidate.record->digest.has_value();
  // Most of what no package brought is no program, and its beginning says so.
  constexpr std::size_t kBeginning = 4096;
  if (time_is_up()) return false;
  const auto beginning =
      bytes_.beginning(std::max(packaged ? kWholePiece : kBeginning, wanted_beginning(candidate)));
  candidate.unread = !beginning;
  if (!beginning) return false;
  file.form = form_of(*beginning);
  if (!packaged && !beginning->empty() && (is_uninteresting(file) || is_mostly_hole(file.info))) return false;
  auto* digest = packaged ? &packaged_digest(*candidate.record) : nullptr;
  if (digest != nullptr) digest->take();  // what a file that was not read to its end left
  Sha256 sha256;
  std::string tail;
  std::uint64_t left = packaged ? kMostPackagedBytes : kMostProgramBytes;
  const auto whole = bytes_.go_over([&](std::string_view piece) {
    if (digest != nullptr) {
      digest->update(piece);
    } else {
      sha256.update(piece);
      look_for_pool(piece, tail, file);
    }
    left -= std::min<std::uint64_t>(left, piece.size());
    return left > 0 && !time_is_up();
  });
  candidate.unread = !whole || (packaged && left == 0);
  if (!whole || !*whole) return false;
  if (!packaged) file.sha256 = sha256.hex();
  return true;
}

std::string SurveyReading::sha256_of_whole() {
  Sha256 sha256;
  const auto whole = bytes_.go_over([&](std::string_view piece) {
    sha256.update(piece);
    return !time_is_up();
  });
  return whole && *whole ? sha256.hex() : "";
}

}  // namespace rescue::evidence
