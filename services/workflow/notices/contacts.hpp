#pragma once

#include <map>
#include <string>
#include <vector>

#include "notices/settings.hpp"
#include "rescue/catalog/file_stamp.hpp"
#include "rescue/delivery/webhook.hpp"

namespace rescue::workflow {

struct Endpoint {
  std::string audience, recipient;
  std::string id = {}, url = {};
  std::string secrets_file = {};
  catalog::FileStamp secrets_stamp = {};  ///< from before it was read
  delivery::SigningSecrets secrets = {};
};

/// Where one customer or reporter is reached, and in which language.
struct Contact {
  std::string language = "ja";
  std::vector<std::string> mail;
  std::vector<std::string> endpoints;  ///< ids
};

/// The contacts file (api/schemas/contacts.schema.json):
/// {"customers": {"C-1001": {"language": "ja", "mail": [address], "webhooks": [{"id", "url",
/// "secrets_file"}]}}, "reporters": {<key id>: {…}}}. Immutable, thread-safe.
class Contacts {
 public:
  Contacts() = default;
  /// kInvalid "bad-config" names the file, its line and the field.
  static Result<Contacts> load(const NoticeSettings& settings);
  /// `audience`: "customer" or "reporter". nullptr: there is no way to reach them.
  const Contact* find(const std::string& audience, const std::string& recipient) const;
  /// nullptr: not in the file (any more).
  const Endpoint* endpoint(const std::string& id) const;
  const std::map<std::string, Endpoint>& endpoints() const { return endpoints_; }

 private:
  Status read(const Json& document, const NoticeSettings& settings);
  Status read_audience(const Json& document, const std::string& key, const std::string& audience,
                       const NoticeSettings& settings);
  Status add_endpoint(const Json& item, const std::string& pointer, Endpoint endpoint, Contact& contact,
                      const NoticeSettings& settings);

  std::map<std::pair<std::string, std::string>, Contact> contacts_;
  std::map<std::string, Endpoint> endpoints_;
};

/// The whole of a file of at most 16 MiB. kInvalid "bad-config".
Result<std::string> read_settings_file(const std::string& path);

}  // namespace rescue::workflow
