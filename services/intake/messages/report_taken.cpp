#include "messages/report_taken.hpp"

#include "report_store.hpp"
#include "rescue/service/message_body.hpp"

namespace rescue::intake {

Status on_report_taken(Parts& parts, store::Tx& tx, const Message& message) {
  JsonReader in(message.body);
  const auto report_id = in.text("report_id");
  const auto merged_into = in.optional_text("merged_into");
  RESCUE_TRY(service::fields_read(in));
  return ReportStore::mark_taken(tx, report_id, merged_into, to_us(parts.service.clock().now()));
}

}  // namespace rescue::intake
