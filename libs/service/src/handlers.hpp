#pragma once

#include <map>
#include <string>

#include "rescue/service/service.hpp"

namespace rescue::service {

/// Message types and what handles them. Filled before the start, read-only after.
class Handlers {
 public:
  void add(std::string type, MessageHandler handler);
  bool knows(const std::string& type) const { return handlers_.contains(type); }
  /// Runs the handler. kInvalid ("unknown-message-type") without one; kInternal ("exception") when it throws.
  Status handle(store::Tx& tx, const Message& message) const;
  /// The type as a label: only names that have a handler, so that senders cannot make up labels.
  std::string label(const std::string& type) const { return knows(type) ? type : "unknown"; }

 private:
  std::map<std::string, MessageHandler> handlers_;
};

}  // namespace rescue::service
