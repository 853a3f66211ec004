#include "openapi.hpp"

#include <algorithm>
#include <filesystem>
#include <functional>

namespace rescue::contract {
namespace {

const std::string kDirectory = RESCUE_SOURCE_DIR "/api/openapi";

std::string lower(std::string text) {
  for (auto& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}
std::string upper(std::string text) {
  for (auto& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

std::vector<std::string> segments(const std::string& path) {
  std::vector<std::string> out(1);
  for (const char c : path.substr(0, path.find('?'))) {
    if (c == '/') {
      out.emplace_back();
    } else {
      out.back() += c;
    }
  }
  return out;
}

bool fits(const std::string& pattern, const std::string& path) {
  const auto wanted = segments(pattern);
  const auto there = segments(path);
  return std::equal(wanted.begin(), wanted.end(), there.begin(), there.end(),
                    [](const auto& w, const auto& t) { return w == t || w.starts_with('{'); });
}

std::set<std::string> roles_of(const Json& operation) {
  return operation.value("x-roles", std::set<std::string>());
}

std::string joined(const std::set<std::string>& texts) {
  std::string out;
  for (const auto& text : texts) out += (out.empty() ? "" : ", ") + text;
  return "{" + out + "}";
}

using Described = std::map<std::string, std::set<std::string>>;

/// "POST /v1/reports" → roles, of what the chassis adds to every service.
Described chassis_routes(const std::string& service) {
  const std::string letters = "/v1/" + service + "/dead-letters";
  return {{"GET /healthz", {}},
          {"GET /readyz", {}},
          {"GET " + letters, {"operator"}},
          {"POST " + letters + "/{number}/requeues", {"operator"}}};
}

void visit(const Json& value, const std::function<void(const Json&)>& action) {
  action(value);
  if (!value.is_structured()) return;
  for (const auto& item : value) visit(item, action);
}

}  // namespace

OpenApi::OpenApi(const std::string& service)
    : name_(service + ".json"), service_(service), documents_(kDirectory) {
  documents_.document(name_);
}

std::vector<OpenApi::Operation> OpenApi::operations() {
  std::vector<Operation> out;
  for (const auto& [path, item] : documents_.document(name_).at("paths").items()) {
    for (const auto& [method, operation] : item.items()) {
      if (method != "parameters") out.push_back({upper(method), path, &operation});
    }
  }
  return out;
}

std::vector<std::string> OpenApi::differences(const std::vector<http::Route>& routes) {
  Described served = chassis_routes(service_);
  for (const auto& route : routes) {
    served[std::string(http::to_string(route.method)) + " " + route.pattern] = route.roles;
  }
  Described described;
  for (const auto& operation : operations()) {
    described[operation.method + " " + operation.path] = roles_of(*operation.value);
  }
  std::vector<std::string> out;
  for (const auto& [route, roles] : served) {
    const auto it = described.find(route);
    if (it == described.end()) {
      out.push_back(route + " is served but not described");
    } else if (it->second != roles) {
      out.push_back(route + ": roles " + joined(roles) + ", described " + joined(it->second));
    }
  }
  for (const auto& [route, roles] : described) {
    if (!served.contains(route)) out.push_back(route + " is described but not served");
  }
  return out;
}

void OpenApi::check_examples(const Json& value, std::vector<std::string>& out) {
  if (!value.is_object() || !value.contains("schema") || !value.contains("examples")) return;
  for (const auto& [name, example] : value.at("examples").items()) {
    const auto file = example.at("externalValue").get<std::string>();
    if (!file.ends_with(".json")) {
      if (!std::filesystem::exists(kDirectory + "/" + file)) out.push_back(file + ": is not there");
      continue;
    }
    const auto fault = schema_fault(documents_, {name_, &value.at("schema")}, documents_.document(file));
    if (!fault.empty()) out.push_back(file + ": " + fault);
  }
}

std::vector<std::string> OpenApi::faults() {
  std::vector<std::string> out;
  const auto guarded = [&](const std::function<void()>& action) {
    try {
      action();
    } catch (const std::exception& error) {
      out.emplace_back(error.what());
    }
  };
  for (const auto& file : {name_, std::string("common.json")}) {
    visit(documents_.document(file), [&](const Json& value) {
      guarded([&] { documents_.follow({file, &value}); });
      guarded([&] { check_examples(value, out); });
    });
  }
  auto problems = documents_.document("common.json").at("x-problems").get<std::vector<std::string>>();
  for (const auto& operation : operations()) {
    const auto own = operation.value->value("x-problems", std::vector<std::string>());
    problems.insert(problems.end(), own.begin(), own.end());
  }
  for (const auto& problem : problems) {
    if (http::find_problem(problem) == nullptr) out.push_back("not in the catalogue of problems: " + problem);
  }
  return out;
}

std::string OpenApi::problem_fault(const Operation& operation, const Json& document) {
  static const std::string kPrefix = "urn:rescue:problem:";
  const auto name = document.value("type", "").substr(kPrefix.size());
  for (const auto& list : {operation.value->value("x-problems", Json::array()),
                           documents_.document("common.json").at("x-problems")}) {
    if (std::find(list.begin(), list.end(), name) != list.end()) return {};
  }
  return "the problem \"" + name + "\" is not described";
}

std::string OpenApi::answer_fault(const std::string& method, const std::string& path,
                                  const http::ClientResponse& answer) {
  for (const auto& operation : operations()) {
    if (operation.method != method || !fits(operation.path, path)) continue;
    const auto& responses = operation.value->at("responses");
    auto response = responses.find(std::to_string(answer.status));
    if (response == responses.end() && answer.status >= 400) response = responses.find("default");
    if (response == responses.end())
      return "the status " + std::to_string(answer.status) + " is not described";
    const auto place = documents_.follow({name_, &*response});
    const auto header = answer.headers.find("content-type");
    const auto type = lower(header == answer.headers.end() ? "" : header->second);
    const auto content = place.value->value("content", Json::object());
    if (!content.contains(type)) return "the media type " + type + " is not described";
    if (type.find("json") == std::string::npos) return {};
    const auto body = parse_json(answer.body);
    if (!body) return "no JSON: " + body.error().detail;
    const auto& schema = place.value->at("content").at(type).at("schema");
    auto fault = schema_fault(documents_, {place.document, &schema}, *body);
    if (fault.empty() && type == "application/problem+json") fault = problem_fault(operation, *body);
    return fault;
  }
  return "not described";
}

std::set<std::string> OpenApi::webhooks() {
  std::set<std::string> out;
  const auto& document = documents_.document(name_);
  if (!document.contains("webhooks")) return out;
  for (const auto& [name, item] : document.at("webhooks").items()) out.insert(name);
  return out;
}

const Json& OpenApi::webhook(const std::string& name) {
  return documents_.document(name_).at("webhooks").at(name).at("post");
}

std::string OpenApi::webhook_fault(const std::map<std::string, std::string>& headers,
                                   const std::string& text) {
  const auto body = parse_json(text);
  if (!body || !body->is_object()) return "no JSON object";
  const auto name = body->value("type", "");
  if (!webhooks().contains(name)) return "the webhook \"" + name + "\" is not described";
  const auto& operation = webhook(name);
  for (const auto& parameter : operation.at("parameters")) {
    const auto place = documents_.follow({name_, &parameter});
    const auto header = headers.find(lower(place.value->at("name").get<std::string>()));
    if (header == headers.end()) return name + " lacks the header " + place.value->at("name").dump();
    const auto fault = schema_fault(documents_, {place.document, &place.value->at("schema")}, header->second,
                                    "/" + header->first);
    if (!fault.empty()) return name + ": " + fault;
  }
  const auto type = headers.find("content-type");
  const auto& content = operation.at("requestBody").at("content");
  if (type == headers.end() || !content.contains(type->second)) return name + ": another media type";
  const auto fault = schema_fault(documents_, {name_, &content.at(type->second).at("schema")}, *body);
  return fault.empty() ? "" : name + ": " + fault;
}

}  // namespace rescue::contract
