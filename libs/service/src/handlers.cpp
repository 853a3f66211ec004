#include "handlers.hpp"

#include <stdexcept>

namespace rescue::service {

void Handlers::add(std::string type, MessageHandler handler) {
  if (!handlers_.emplace(type, std::move(handler)).second) {
    throw std::logic_error("two handlers for the message type " + type);
  }
}

Status Handlers::handle(store::Tx& tx, const Message& message) const {
  const auto it = handlers_.find(message.type);
  if (it == handlers_.end()) {
    return fail(ErrorCode::kInvalid, "unknown-message-type",
                "this service handles no messages of the type " + message.type);
  }
  try {
    return it->second(tx, message);
  } catch (const std::exception& error) {
    return fail(ErrorCode::kInternal, "exception", error.what());
  } catch (...) {
    return fail(ErrorCode::kInternal, "exception", "not a std::exception");
  }
}

}  // namespace rescue::service
