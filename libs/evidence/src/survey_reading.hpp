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
  std::string path;
  FileInfo info;
  PackagedFile* record = nullptr;
  bool survey = false;       ///< the survey itself wants it; else only the readers do
  bool keep = false;         ///< worth a look whatever it holds
  bool unread = false;       ///< could not be read to its end
  std::uint8_t readers = 0;  ///< a bit for each that wants it
  std::unique_ptr<SurveyedFile> found = {};
};

/// Opens and reads candidates of a survey, each once; every thread has its own.
class SurveyReading {
 public:
  /// Reads no further once the options' `time_is_up`, where there is one, says so.
  SurveyReading(const SafeRoot& root, const SurveyOptions& options, unsigned thread);
  /// Fills in what was found and the record's state; shows the file to its readers.
  void read(SurveyCandidate& candidate);

  std::uint64_t bytes_read() const { return bytes_.bytes_read(); }
  bool late = false;  ///< a file was not read to its end, because the time was up

 private:
  bool time_is_up();
  std::size_t wanted_beginning(const SurveyCandidate& candidate) const;
  void judge(SurveyCandidate& candidate);
  DigestStream& packaged_digest(const PackagedFile& record);
  bool take(SurveyCandidate& candidate, SurveyedFile& file);
  std::string sha256_of_whole();

  const SurveyOptions& options_;
  unsigned thread_;
  FileBytes bytes_;
  std::map<DigestKind, DigestStream> digests_;  // of packaged files, made when the first one needs it
};

/// Below /tmp, /var/tmp or /dev/shm.
bool is_temporary_folder(std::string_view path);

}  // namespace rescue::evidence
