#include "watch.hpp"

#include "rescue/base/sha256.hpp"
#include "rescue/store/outbox.hpp"

namespace rescue::simulation {
namespace {

/// Read outside of all services, so that no mishap befalls it.
template <class F>
void read(House& house, Which which, F&& work) {
  auto* tenant = house.tenant(which);
  if (tenant == nullptr) return;
  const Status done = tenant->service().database().read([&](store::Tx& tx) -> Status {
    work(tx);
    return {};
  });
  if (!done) throw std::runtime_error(std::string(name_of(which)) + ": " + done.error().detail);
}

std::string text(const Json& json, const char* key) {
  const auto it = json.find(key);
  return it != json.end() && it->is_string() ? it->get<std::string>() : std::string();
}

}  // namespace

Watch::Watch(House& house, std::vector<std::string> consents)
    : house_(house), consents_(std::move(consents)) {}

void Watch::broken(const std::string& rule, const store::AuditRow& row) {
  throw Broken(rule + ": incident " + row.incident_id + ", audit row " + std::to_string(row.number) + " " +
               row.action + " " + dump_json(row.details));
}

void Watch::shown(const Json& quote) {
  shown_[text(quote, "quote_id")] = {text(quote, "sha256"), "", quote.value("total_yen", std::int64_t{0})};
}

void Watch::look(Which which) {
  read(house_, which, [&](store::Tx& tx) {
    const auto rows = tx.query(
        "SELECT number, at_us, incident_id, actor, action, reason, details, hash FROM audit WHERE number > ?"
        " ORDER BY number",
        {chains_[which].number});
    if (!rows) throw std::runtime_error(rows.error().detail);
    for (const auto& columns : *rows) {
      store::AuditRow row;
      row.number = columns.integer(0);
      row.at_us = columns.integer(1);
      row.incident_id = columns.text(2);
      row.actor = columns.text(3);
      row.action = columns.text(4);
      row.reason = columns.text(5);
      row.details = parse_json(columns.text(6)).value();
      row.hash = columns.text(7);
      follow_chain(which, row);
      follow(which, tx, row);
    }
    follow_inbox(which, tx);
  });
}

/// Each row is the next, covers the one before, and is no earlier.
void Watch::follow_chain(Which which, const store::AuditRow& row) {
  auto& chain = chains_[which];
  const Json canonical{{"action", row.action},
                       {"actor", row.actor},
                       {"at_us", row.at_us},
                       {"details", row.details},
                       {"incident_id", row.incident_id},
                       {"number", row.number},
                       {"reason", row.reason}};
  const auto hash = sha256_hex(chain.hash + "\n" + dump_json(canonical));
  if (row.number != chain.number + 1 || row.hash != hash) broken("the audit chain is intact", row);
  if (which == kWorkflow && row.at_us < chain.at_us) broken("the audit trail never goes back in time", row);
  chain.number = row.number;
  chain.at_us = row.at_us;
  chain.hash = hash;
  ++rows_;
  trail_.add(name_of(which));
  trail_.add(row.hash);
}

/// Messages of one sender about one incident take effect once, in their order; none is given up.
void Watch::follow_inbox(Which which, store::Tx& tx) {
  auto& chain = chains_[which];
  const auto rows =
      tx.query("SELECT rowid, sender, incident_id, sequence FROM inbox WHERE rowid > ? ORDER BY rowid",
               {chain.inbox_row});
  if (!rows) throw std::runtime_error(rows.error().detail);
  for (const auto& row : *rows) {
    chain.inbox_row = row.integer(0);
    auto& last = sequences_[{which, row.text(1), row.text(2)}];
    if (row.integer(3) != last + 1) {
      throw Broken(std::string("messages take effect in their order: ") + name_of(which) + " took number " +
                   std::to_string(row.integer(3)) + " of " + row.text(1) + " about " + row.text(2) +
                   " after " + std::to_string(last));
    }
    last = row.integer(3);
  }
  const auto dead = tx.find("SELECT type, incident_id, reason FROM dead_letters LIMIT 1");
  if (!dead) throw std::runtime_error(dead.error().detail);
  if (*dead) {
    throw Broken(std::string("every message is handled: ") + name_of(which) + " gave up " + (**dead).text(0) +
                 " about " + (**dead).text(1) + ": " + (**dead).text(2));
  }
}

void Watch::follow(Which which, store::Tx& tx, const store::AuditRow& row) {
  switch (which) {
    case kWorkflow:
      return on_workflow(tx, row);
    case kPricing:
      return on_pricing(row);
    case kIntake:
      return on_intake(tx, row);
    default:
      return;
  }
}

void Watch::on_intake(store::Tx& tx, const store::AuditRow& row) {
  const auto request = text(row.details, "request_id");
  if (row.action == "request.submitted") {
    submitted_.insert(request);
    const auto stored = tx.find("SELECT raw_body FROM requests WHERE request_id = ?", {request});
    const auto body = parse_json((*stored)->text(0)).value();
    for (const auto& consent : body.value("consents", Json::array())) consented_[request].insert(consent);
  }
  if (row.action != "request.decided") return;
  if (!submitted_.contains(request)) broken("only what was asked is decided", row);
  if (!decided_.insert(request).second) broken("a request is decided once", row);
  // Its id was given out by intake, with the report before it in the same order.
  if (row.reason == "incident-not-found") broken("an id that was given out stays good", row);
}

void Watch::on_pricing(const store::AuditRow& row) {
  const auto quote_id = text(row.details, "quote_id");
  const auto order_id = text(row.details, "order_id");
  auto& quote = quotes_[quote_id];
  if (row.action == "quote.issued") {
    quote.sha256 = text(row.details, "sha256");
    quote.total_yen = row.details.value("total_yen", std::int64_t{0});
  } else if (row.action == "quote.redeemed") {
    if (!quote.held_by.empty() && quote.held_by != order_id) broken("a quote is used once", row);
    quote.held_by = order_id;
  } else if (row.action == "quote.released") {
    quote.held_by.clear();
  } else if (row.action == "charge.created") {
    on_charge(row);
  }
}

void Watch::on_charge(const store::AuditRow& row) {
  const auto order_id = text(row.details, "order_id");
  const auto& quote = quotes_[text(row.details, "quote_id")];
  const auto total_yen = row.details.value("total_yen", std::int64_t{-1});
  if (!charged_.emplace(order_id, text(row.details, "charge_id")).second) broken("one charge per order", row);
  if (quote.held_by != order_id) broken("a charge is of the order that holds the quote", row);
  if (total_yen != quote.total_yen) broken("R41: the charge equals the quote", row);
  const auto shown = shown_.find(text(row.details, "quote_id"));
  if (shown != shown_.end() && shown->second.total_yen != total_yen)
    broken("R41: the charge is what was shown", row);
  const auto& incident = cases_[row.incident_id];
  if (!incident.begun) broken("cancelling before work has started costs nothing", row);
  if (!incident::is_final(incident.state)) broken("R31: nothing is charged before the end", row);
}

/// When everything rests: nothing lies about, and what is owed was charged.
void Watch::audit() {
  for (const auto which : {kIntake, kPricing, kWorkflow, kWorker}) {
    read(house_, which, [&](store::Tx& tx) {
      const auto verified = store::Audit::verify(tx);
      if (!verified) throw Broken(std::string("the audit chain is intact: ") + verified.error().detail);
      if (*verified != chains_[which].number) throw Broken("the audit chain was not followed to its end");
    });
  }
  audit_messages();
  audit_charges();
}

void Watch::audit_messages() {
  for (const auto which : {kIntake, kPricing, kWorkflow, kWorker}) {
    read(house_, which, [&](store::Tx& tx) {
      const auto unsent = tx.find("SELECT COUNT(*) FROM outbox");
      if ((*unsent)->integer(0) != 0)
        throw Broken(std::string("every message arrives: ") + name_of(which) + " has unsent ones");
      const auto parked = tx.find(
          "SELECT p.sender, p.incident_id, p.sequence, s.last FROM parked p JOIN inbox_sequence s"
          " ON s.sender = p.sender AND s.incident_id = p.incident_id LIMIT 1");
      if (!*parked) return;
      throw Broken(std::string("every message takes effect: in ") + name_of(which) + " number " +
                   std::to_string((*parked)->integer(2)) + " of " + (*parked)->text(0) + " about " +
                   (*parked)->text(1) + " lies parked after number " + std::to_string((*parked)->integer(3)));
    });
  }
  if (submitted_ != decided_) throw Broken("every request is decided");
}

void Watch::audit_charges() {
  read(house_, kWorkflow, [&](store::Tx& tx) {
    const auto rows = tx.query(
        "SELECT o.order_id, o.state, o.total_yen, o.quote_id, i.state, i.incident_id FROM orders o"
        " JOIN incidents i ON i.incident_id = o.incident_id");
    for (const auto& row : *rows) {
      const auto& incident = cases_[row.text(5)];
      const bool charged = charged_.contains(row.text(0));
      const bool due =
          row.text(4) == "completed" ? row.text(1) == "accepted" : row.text(4) == "cancelled" && charged;
      const auto say = [&](const char* rule) {
        throw Broken(std::string(rule) + ": order " + row.text(0) + " (" + row.text(1) + ") of the " +
                     row.text(4) + " incident " + row.text(5));
      };
      if (charged != due) say("R41: the fee is due for each completed order, and for no other");
      if (row.text(4) == "cancelled" && incident.begun && !row.is_null(2) && !charged) {
        say("R41: the fee is due once work has started");
      }
      if (charged && row.integer(2) != quotes_[row.text(3)].total_yen)
        say("R41: the order has the quote's price");
      if (charged && incident.charges.size() != 1) say("an incident knows its charge");
    }
  });
}

}  // namespace rescue::simulation
