#include "notices/contacts.hpp"

#include <fstream>
#include <iterator>

#include "rescue/catalog/annex_text.hpp"
#include "rescue/delivery/mail.hpp"

namespace rescue::workflow {
namespace {

constexpr std::size_t kFileBytesMax = 16UL * 1024 * 1024;
constexpr std::size_t kChannelsMax = 10;
constexpr std::size_t kIdBytesMax = 64;

bool is_endpoint_id(std::string_view id) {
  return !id.empty() && id.size() <= kIdBytesMax &&
         id.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") ==
             std::string_view::npos;
}

Status at(const std::string& pointer, const std::string& text) {
  return fail(ErrorCode::kInvalid, "bad-config", text, pointer);
}

}  // namespace

Result<std::string> read_settings_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  if (!in || text.size() > kFileBytesMax) {
    return fail(ErrorCode::kInvalid, "bad-config", "cannot read " + path + ", or it is over 16 MiB");
  }
  return text;
}

Result<Contacts> Contacts::load(const NoticeSettings& settings) {
  Contacts out;
  if (settings.contacts_file.empty()) return out;
  RESCUE_ASSIGN(const auto text, read_settings_file(settings.contacts_file));
  const auto document = parse_json(text);
  const Status good = document ? out.read(*document, settings) : fail(document.error());
  if (!good) {
    const auto error = catalog::located(settings.contacts_file, text, good.error());
    return fail(ErrorCode::kInvalid, "bad-config", "notices.contacts_file " + error.detail);
  }
  return out;
}

Status Contacts::read(const Json& document, const NoticeSettings& settings) {
  JsonReader in(document);
  const Json* customers = in.raw("customers");
  const Json* reporters = in.raw("reporters");
  RESCUE_TRY(in.done());
  if (customers != nullptr) RESCUE_TRY(read_audience(*customers, "/customers", "customer", settings));
  if (reporters != nullptr) RESCUE_TRY(read_audience(*reporters, "/reporters", "reporter", settings));
  return {};
}

Status Contacts::read_audience(const Json& document, const std::string& key, const std::string& audience,
                               const NoticeSettings& settings) {
  if (!document.is_object()) return at(key, "must be an object");
  for (const auto& [recipient, value] : document.items()) {
    const auto pointer = key + "/" + recipient;
    JsonReader in(value, pointer);
    Contact contact;
    contact.language = in.one_of("language", {"ja", "en"});
    if (in.raw("mail") != nullptr) contact.mail = in.texts("mail", kChannelsMax, {.max_bytes = 254});
    const Json* webhooks = in.raw("webhooks");
    RESCUE_TRY(in.done());
    for (const auto& address : contact.mail) {
      if (const auto good = delivery::check_mail_address(address); !good) {
        return at(pointer + "/mail", good.error().detail);
      }
      if (settings.relay.url.empty()) return at(pointer + "/mail", "needs notices.mail.relay_url");
    }
    const Json listed = webhooks == nullptr ? Json::array() : *webhooks;
    for (std::size_t i = 0; i < listed.size(); ++i) {
      RESCUE_TRY(add_endpoint(listed.at(i), pointer + "/webhooks/" + std::to_string(i),
                              Endpoint{.audience = audience, .recipient = recipient}, contact, settings));
    }
    contacts_[{audience, recipient}] = std::move(contact);
  }
  return {};
}

Status Contacts::add_endpoint(const Json& item, const std::string& pointer, Endpoint endpoint,
                              Contact& contact, const NoticeSettings& settings) {
  JsonReader in(item, pointer);
  endpoint.id = in.text("id", {.max_bytes = kIdBytesMax});
  endpoint.url = in.text("url", {.max_bytes = 2000});
  endpoint.secrets_file = in.text("secrets_file");
  RESCUE_TRY(in.done());
  if (!is_endpoint_id(endpoint.id)) return at(pointer + "/id", "has 1 to 64 letters, digits, _ and -");
  if (endpoints_.contains(endpoint.id)) return at(pointer + "/id", "stands twice: " + endpoint.id);
  if (contact.endpoints.size() == kChannelsMax) return at(pointer, "are more than 10");
  if (const auto good = delivery::check_webhook_url(endpoint.url, settings.allow_http); !good) {
    return at(pointer + "/url", good.error().detail);
  }
  endpoint.secrets_stamp = catalog::stamp_of(endpoint.secrets_file);
  const auto text = read_settings_file(endpoint.secrets_file);
  if (!text) return at(pointer + "/secrets_file", text.error().detail);
  auto secrets = delivery::SigningSecrets::parse(*text);
  if (!secrets) return at(pointer + "/secrets_file", secrets.error().detail);
  endpoint.secrets = *std::move(secrets);
  contact.endpoints.push_back(endpoint.id);
  const auto id = endpoint.id;
  endpoints_.emplace(id, std::move(endpoint));
  return {};
}

const Contact* Contacts::find(const std::string& audience, const std::string& recipient) const {
  const auto it = contacts_.find({audience, recipient});
  return it == contacts_.end() ? nullptr : &it->second;
}

const Endpoint* Contacts::endpoint(const std::string& id) const {
  const auto it = endpoints_.find(id);
  return it == endpoints_.end() ? nullptr : &it->second;
}

}  // namespace rescue::workflow
