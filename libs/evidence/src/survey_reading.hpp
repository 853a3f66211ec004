#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "rescue/base/sha256.hpp"
#include "rescue/evidence/disk_survey.hpp"

namespace rescue::evidence {

/// One file to be opened.
struct SurveyCandidate {
  SurveyedFile file;
  PackagedFile* record = nullptr;
  bool keep = false;    ///< worth a look whatever it holds
  bool unread = false;  ///< could not be opened
};

/// Opens and reads candidates of a survey, each once; every thread has its own.
class SurveyReading {
 public:
  /// Reads no further once `time_is_up`, where there is one, says so.
  SurveyReading(const SafeRoot& root, std::function<bool()> time_is_up);
  /// Fills in the file's form, hash and capability, and its record's state.
  void read(SurveyCandidate& candidate);

  std::uint64_t bytes = 0;  ///< read
  bool late = false;        ///< a file was not read to its end, because the time was up

 private:
  bool time_is_up();
  DigestStream& packaged_digest(const PackagedFile& record);
  bool take(OpenFile& open, SurveyCandidate& candidate);
  std::string hash_again(const OpenFile& open);

  const SafeRoot& root_;
  std::function<bool()> time_is_up_;
  std::vector<char> piece_;
  std::map<DigestKind, DigestStream> digests_;  // of packaged files, made when the first one needs it
  Sha256 sha256_;
};

/// Below /tmp, /var/tmp or /dev/shm.
bool is_temporary_folder(std::string_view path);

}  // namespace rescue::evidence
