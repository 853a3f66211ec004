#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>

#include "openapi.hpp"
#include "rescue/base/message.hpp"
#include "rescue/queue/redis.hpp"
#include "rescue/service/service.hpp"

namespace rescue::contract {

/// Waits for a state, not for a time: false when it does not come within a minute.
bool reaches(const std::function<bool()>& state);

/// A directory with a key file of one key per role, and seconds "other_reporter" and "other_operator";
/// removed at the end. Throws std::runtime_error.
class ServiceRoom {
 public:
  ServiceRoom();
  ~ServiceRoom();
  ServiceRoom(const ServiceRoom&) = delete;
  ServiceRoom& operator=(const ServiceRoom&) = delete;

  /// Ports are the kernel's choice, there is no metrics port, the database is new, only errors are logged.
  service::ServiceConfig config(const std::string& service, const queue::RedisOptions& redis) const;
  const std::string& path() const { return path_; }
  const std::string& token(const std::string& caller) const { return tokens_.at(caller); }

 private:
  std::string path_;
  std::map<std::string, std::string> tokens_;
};

/// Redis options that nobody answers to.
queue::RedisOptions absent_redis();

/// Calls a running service as one caller; a test failure is added when an answer is not as its document says.
class Door {
 public:
  /// `api` must outlive it.
  Door(OpenApi& api, int port, std::string token);

  struct Answer {
    int status = 0;
    Json body;         ///< null where it is no JSON
    std::string text;  ///< as it came
    std::map<std::string, std::string> headers;
    /// "quote-used"; "" when it is no problem document.
    std::string problem() const;
  };
  Answer get(const std::string& path);
  /// With a fresh Idempotency-Key unless one is given.
  Answer post(const std::string& path, const Json& body, const std::string& idempotency_key = "",
              const std::map<std::string, std::string>& headers = {});
  /// Any bytes, with a fresh Idempotency-Key unless one is given.
  Answer post_bytes(const std::string& path, const std::string& bytes, const std::string& content_type,
                    const std::string& idempotency_key = "");

 private:
  Answer checked(const std::string& method, const std::string& path, Result<http::ClientResponse> response);
  OpenApi* api_;
  http::Client client_;
};

/// Stands where another service would: reads that service's stream and sends messages as it.
class Neighbour {
 public:
  Neighbour(const queue::RedisOptions& redis, const std::string& name);
  /// The next message of this type; others that come first are dropped, and so is one that comes again.
  /// Throws when none comes within a minute.
  Message expect(std::string_view type);
  /// Sends to `to`, with the next sequence number of that incident.
  void send(const std::string& to, std::string_view type, const std::string& incident_id, Json body,
            std::int64_t created_us = 0);

 private:
  std::string name_;
  queue::Producer producer_;
  queue::Consumer consumer_;
  std::map<std::string, std::int64_t> sequence_;
  std::set<std::string> received_;  ///< ids
};

}  // namespace rescue::contract
