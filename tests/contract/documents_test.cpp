#include <gtest/gtest.h>

#include "openapi.hpp"

namespace rescue::contract {
namespace {

TEST(OpenApiDocuments, LeadSomewhereAndNameKnownProblems) {
  for (const auto* service : {"intake", "pricing", "workflow", "worker", "contracts-directory"}) {
    std::string faults;
    for (const auto& fault : OpenApi(service).faults()) faults += fault + "\n";
    EXPECT_EQ(faults, "") << service;
  }
}

}  // namespace
}  // namespace rescue::contract
