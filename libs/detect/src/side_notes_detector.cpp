#include <algorithm>

#include "families.hpp"

namespace rescue::detect {
namespace {

using evidence::Event;
using evidence::EventKind;
using evidence::FieldName;

/// What logs tell beside: no rule speaks of it, but in an intruder's time it belongs to the story.
struct SideNote {
  Timestamp time{};
  std::string address;
  std::string text;
  std::string source;
};

class SideNotesDetector final : public Detector {
 public:
  void on_event(const Scene& scene, const Event& event) override {
    constexpr std::size_t kMostKept = 30'000, kMostTextBytes = 200;
    const bool package = event.kind == EventKind::kPackageChanged;
    if (notes_.size() >= kMostKept || (!package && event.address.empty())) return;
    const auto target = name_of(event.field(FieldName::kTarget).substr(0, kMostTextBytes));
    const auto by = package && !event.account.empty() ? " by " + name_of(event.account) : "";
    const auto text = package ? "Package " + target + ": " + name_of(event.field(FieldName::kAction)) + by
                              : "The web server's error log about " + name_of(event.address) + ": " + target;
    notes_.push_back(
        {event.time, package ? "" : name_of(event.address), text, source_of(evidence_of(event, scene))});
  }

  void finish(const Scene&, CaseFile& file) override {
    constexpr std::size_t kMostTold = 200;
    std::size_t told = 0;
    for (auto& note : notes_) {
      const auto belongs = [&](const BreakIn& by) {
        const bool in_time = note.time >= by.from && note.time <= by.to;
        return in_time && (note.address.empty() || note.address == by.address);
      };
      if (told == kMostTold || std::none_of(file.break_ins.begin(), file.break_ins.end(), belongs)) continue;
      ++told;
      file.notes.push_back({note.time, std::move(note.text), std::move(note.source)});
    }
  }

 private:
  std::vector<SideNote> notes_;
};

}  // namespace

std::unique_ptr<Detector> make_side_notes_detector(const RuleBook&) {
  return std::make_unique<SideNotesDetector>();
}

}  // namespace rescue::detect
