#include "families.hpp"
#include "rescue/evidence/software.hpp"

namespace rescue::detect {
namespace {

/// Makes no findings: a version is no break-in. The document lists what it gathers, and a way in through an
/// application names it.
class SoftwareDetector final : public Detector {
 public:
  evidence::FileReader* file_reader(const Scene&) override { return &reader_; }
  void finish(const Scene&, CaseFile& file) override {
    file.software = reader_.take();
    file.software_left_out = reader_.left_out();
  }

 private:
  evidence::SoftwareReader reader_;
};

}  // namespace

std::unique_ptr<Detector> make_software_detector(const RuleBook&) {
  return std::make_unique<SoftwareDetector>();
}

}  // namespace rescue::detect
