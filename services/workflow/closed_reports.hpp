#pragma once

#include "casework.hpp"

namespace rescue::workflow {

/// The incident is over: the status of its reports says so, and each reporter gets one closing answer, under
/// the ids that were given out, without a word about whose server it is or what was done.
Status close_reports(Casework& casework, store::Tx& tx, const Incident& incident, const Trace& trace);

}  // namespace rescue::workflow
