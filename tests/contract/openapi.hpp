#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "json_schema.hpp"
#include "rescue/http/client.hpp"
#include "rescue/http/server.hpp"

namespace rescue::contract {

/// The OpenAPI document of one service. Throws std::runtime_error when it cannot be read.
class OpenApi {
 public:
  explicit OpenApi(const std::string& service);

  /// What stands in only one of the two: the service's routes, and the operations described. The routes that
  /// the chassis gives every service must be described too. One text per difference, e.g. roles that differ.
  std::vector<std::string> differences(const std::vector<http::Route>& routes);
  /// Faults of the document itself: references that lead nowhere, problems that the catalogue does not have,
  /// examples that do not fit their schema.
  std::vector<std::string> faults();
  /// What is wrong with an answer to `method` (upper case) `path`; "" when it is as described.
  std::string answer_fault(const std::string& method, const std::string& path,
                           const http::ClientResponse& answer);
  /// The names of what the service sends by itself: "notice.charge".
  std::set<std::string> webhooks();
  /// What is wrong with one that was sent; "" when it is as described. Its `type` is its name. `headers` have
  /// their names in lower case.
  std::string webhook_fault(const std::map<std::string, std::string>& headers, const std::string& text);

 private:
  struct Operation {
    std::string method;
    std::string path;
    const Json* value;
  };
  std::vector<Operation> operations();
  const Json& webhook(const std::string& name);
  std::string problem_fault(const Operation& operation, const Json& document);
  void check_examples(const Json& value, std::vector<std::string>& out);

  std::string name_;
  std::string service_;
  Documents documents_;
};

}  // namespace rescue::contract
