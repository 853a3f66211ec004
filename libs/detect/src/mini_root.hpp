#pragma once

#include "example_root.hpp"
#include "rescue/evidence/testing/journal_writer.hpp"

namespace rescue::detect {

/// The same for tests, with journals.
class MiniRoot : public ExampleRoot {
 public:
  MiniRoot() : ExampleRoot(evidence::testing::journal_of) {}
};

}  // namespace rescue::detect
