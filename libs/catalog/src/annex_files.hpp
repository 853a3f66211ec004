#pragma once

#include <vector>

#include "rescue/catalog/annexes.hpp"

namespace rescue::catalog {

/// The files that every annex folder has: one entry each.
std::vector<AnnexFile> annex_files();

}  // namespace rescue::catalog
