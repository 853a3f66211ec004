#include "messages/report_closed.hpp"

#include "report_store.hpp"
#include "rescue/service/message_body.hpp"

namespace rescue::intake {

Status on_report_closed(Parts& /*parts*/, store::Tx& tx, const Message& message) {
  JsonReader in(message.body);
  const auto report_id = in.text("report_id");
  const bool over = in.boolean("incident_over", false);
  RESCUE_TRY(service::fields_read(in));
  return over ? ReportStore::mark_over(tx, report_id) : ReportStore::mark_closed(tx, report_id);
}

}  // namespace rescue::intake
