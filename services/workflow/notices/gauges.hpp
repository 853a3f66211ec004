#pragma once

#include "casework.hpp"

namespace rescue::workflow {

/// Sets the gauges about notices from the tables. Before a scrape.
void set_notice_gauges(Casework& casework);

}  // namespace rescue::workflow
