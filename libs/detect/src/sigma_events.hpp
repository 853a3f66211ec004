#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "account_names.hpp"
#include "rescue/sigma/record.hpp"
#include "sigma_audit.hpp"
#include "sigma_source.hpp"

namespace rescue::detect {

/// One event as one of its views.
struct SigmaSubject {
  SigmaView view = SigmaView::kLine;
  const evidence::Event* event = nullptr;
  std::string_view line;                ///< what keywords are looked for in
  std::uint64_t number = 0;             ///< of an audit record's line; 0: the event's own
  const AuditRecord* record = nullptr;  ///< kAudit
  const Deed* deed = nullptr;           ///< kProcess and those below it
};

/// Several forms of one text of a request: as logged, without the log's escapes, percent-decoded.
using Forms = std::vector<std::string_view>;

/// Events that have the same views: each of them has a sieve of its own.
enum class SigmaClass : unsigned char { kLines, kRequests, kCommands, kAudits };
constexpr std::size_t kSigmaClasses = 4;
/// Whether an event of this class may be seen as that.
bool has_view(SigmaClass of, SigmaView view);

/// An event on its way to the rules: its views, and all texts that stand in them. Views point to the event
/// and to this, until the next read(). One thread.
class SigmaEvents {
 public:
  void read(const Scene& scene, const evidence::Event& event);
  SigmaClass kind() const { return kind_; }
  const std::vector<SigmaSubject>& subjects() const { return subjects_; }
  /// Every value of fill()'s record is a part of one of these.
  const std::vector<std::string_view>& texts() const { return texts_; }
  /// The fields of sigma_fields.cpp's table.
  void fill(const SigmaSubject& subject, sigma::Record& record);

  /// Whose doing it was. Looked up when it is asked for: most events are not.
  const std::string& account();
  const Forms& targets() const { return targets_; }
  const Forms& agents() const { return agents_; }
  const Forms& referrers() const { return referrers_; }
  const std::vector<AuditRecord>& records() const { return records_; }

 private:
  void read_request(const evidence::Event& event);
  void read_audit(const Scene& scene, const evidence::Event& event);
  void add_made_up(const evidence::Event& event);
  void read_command(const evidence::Event& event);
  void add_process(std::string program, std::string command, const Deed& shared);
  void add_deeds(const evidence::Event& event);
  void add_forms(std::string_view text, Forms& forms);
  std::string_view keep(std::string text) { return kept_.emplace_back(std::move(text)); }

  SigmaClass kind_ = SigmaClass::kLines;
  std::vector<SigmaSubject> subjects_;
  std::vector<std::string_view> texts_;
  std::deque<std::string> kept_;
  const Scene* scene_ = nullptr;
  const evidence::Event* event_ = nullptr;
  std::optional<std::string> account_;
  Forms targets_, agents_, referrers_;
  std::vector<AuditRecord> records_;
  std::vector<Deed> deeds_;
  ProcessBook processes_;
  AccountNames accounts_;
};

/// A field that no view of the rule's log source has: the rule cannot see it.
std::vector<std::string> fields_nobody_tells(const sigma::Rule& rule);

}  // namespace rescue::detect
