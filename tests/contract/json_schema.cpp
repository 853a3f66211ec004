#include "json_schema.hpp"

#include <algorithm>
#include <fstream>
#include <functional>
#include <regex>
#include <stdexcept>

namespace rescue::contract {
namespace {

using Place = Documents::Place;

/// One keyword with its value, applied to a value at `pointer`.
struct Check {
  Documents& documents;
  const Place& schema;
  const Json& rule;
  const Json& value;
  const std::string& pointer;

  std::string fault(const std::string& text) const {
    return (pointer.empty() ? "the value" : pointer) + " " + text;
  }
  Place inner(const Json& sub) const { return {schema.document, &sub}; }
};
using Keyword = std::function<std::string(const Check&)>;

bool is_type(const Json& value, const std::string& type) {
  if (type == "integer") return value.is_number_integer();
  if (type == "number") return value.is_number();
  if (type == "string") return value.is_string();
  if (type == "boolean") return value.is_boolean();
  if (type == "null") return value.is_null();
  if (type == "array") return value.is_array();
  return type == "object" && value.is_object();
}

std::string check_type(const Check& c) {
  const Json list = c.rule.is_array() ? c.rule : Json::array({c.rule});
  for (const auto& type : list) {
    if (is_type(c.value, type)) return {};
  }
  return c.fault("must be of the type " + c.rule.dump());
}

std::string check_properties(const Check& c) {
  if (!c.value.is_object()) return {};
  for (const auto& [name, sub] : c.rule.items()) {
    const auto it = c.value.find(name);
    if (it == c.value.end()) continue;
    auto fault = schema_fault(c.documents, c.inner(sub), *it, c.pointer + "/" + name);
    if (!fault.empty()) return fault;
  }
  return {};
}

std::string check_required(const Check& c) {
  for (const auto& name : c.rule) {
    if (c.value.is_object() && !c.value.contains(name)) return c.fault("lacks " + name.dump());
  }
  return {};
}

/// What `properties` names is checked there.
std::string check_additional(const Check& c) {
  if (!c.value.is_object()) return {};
  const Json known = c.schema.value->value("properties", Json::object());
  for (const auto& [name, item] : c.value.items()) {
    if (known.contains(name)) continue;
    if (c.rule == false) return c.fault("must not have \"" + name + "\"");
    auto fault =
        c.rule.is_object() ? schema_fault(c.documents, c.inner(c.rule), item, c.pointer + "/" + name) : "";
    if (!fault.empty()) return fault;
  }
  return {};
}

std::string check_items(const Check& c) {
  if (!c.value.is_array()) return {};
  for (std::size_t i = 0; i < c.value.size(); ++i) {
    auto fault = schema_fault(c.documents, c.inner(c.rule), c.value[i], c.pointer + "/" + std::to_string(i));
    if (!fault.empty()) return fault;
  }
  return {};
}

std::string check_pattern(const Check& c) {
  if (!c.value.is_string()) return {};
  const std::regex pattern(c.rule.get<std::string>(), std::regex::ECMAScript);
  if (std::regex_search(c.value.get<std::string>(), pattern)) return {};
  return c.fault("must match " + c.rule.dump());
}

std::size_t size_of(const Json& value) {
  return value.is_string() ? value.get_ref<const std::string&>().size() : value.size();
}

template <class Wanted>
Keyword at_least(Wanted wanted) {
  return [wanted](const Check& c) {
    return !wanted(c.value) || size_of(c.value) >= c.rule.get<std::size_t>()
               ? std::string()
               : c.fault("is shorter than " + c.rule.dump());
  };
}
template <class Wanted>
Keyword at_most(Wanted wanted) {
  return [wanted](const Check& c) {
    return !wanted(c.value) || size_of(c.value) <= c.rule.get<std::size_t>()
               ? std::string()
               : c.fault("is longer than " + c.rule.dump());
  };
}

std::string check_one_of(const Check& c) {
  std::size_t fitting = 0;
  std::string faults;
  for (const auto& sub : c.rule) {
    const auto fault = schema_fault(c.documents, c.inner(sub), c.value, c.pointer);
    fault.empty() ? ++fitting : (faults += "\n  " + fault, fitting);
  }
  if (fitting == 1) return {};
  return c.fault("fits " + std::to_string(fitting) + " of the alternatives" + faults);
}

std::string check_all_of(const Check& c) {
  for (const auto& sub : c.rule) {
    auto fault = schema_fault(c.documents, c.inner(sub), c.value, c.pointer);
    if (!fault.empty()) return fault;
  }
  return {};
}

std::string annotation(const Check&) {
  return {};
}

const std::map<std::string, Keyword>& keywords() {
  const auto is_text = [](const Json& v) { return v.is_string(); };
  const auto is_list = [](const Json& v) { return v.is_array(); };
  static const std::map<std::string, Keyword> table = {
      {"type", check_type},
      {"properties", check_properties},
      {"required", check_required},
      {"additionalProperties", check_additional},
      {"items", check_items},
      {"pattern", check_pattern},
      {"oneOf", check_one_of},
      {"allOf", check_all_of},
      {"minLength", at_least(is_text)},
      {"maxLength", at_most(is_text)},
      {"minItems", at_least(is_list)},
      {"maxItems", at_most(is_list)},
      {"enum",
       [](const Check& c) {
         const bool there = std::find(c.rule.begin(), c.rule.end(), c.value) != c.rule.end();
         return there ? std::string() : c.fault("must be one of " + c.rule.dump());
       }},
      {"const",
       [](const Check& c) {
         return c.value == c.rule ? std::string() : c.fault("must be " + c.rule.dump());
       }},
      {"minimum",
       [](const Check& c) {
         return !c.value.is_number() || c.value >= c.rule ? std::string()
                                                          : c.fault("is below " + c.rule.dump());
       }},
      {"maximum",
       [](const Check& c) {
         return !c.value.is_number() || c.value <= c.rule ? std::string()
                                                          : c.fault("is above " + c.rule.dump());
       }},
      {"$schema", annotation},
      {"$id", annotation},
      {"title", annotation},
      {"description", annotation},
      {"examples", annotation},
      {"format", annotation},
  };
  return table;
}

}  // namespace

const Json& Documents::document(const std::string& name) {
  auto& slot = loaded_[name];
  if (!slot) {
    std::ifstream in(directory_ + "/" + name);
    if (!in) throw std::runtime_error("cannot read " + directory_ + "/" + name);
    slot = std::make_unique<Json>(Json::parse(in));
  }
  return *slot;
}

Documents::Place Documents::follow(Place place) {
  for (int steps = 0; place.value->is_object() && place.value->contains("$ref"); ++steps) {
    const auto reference = place.value->at("$ref").get<std::string>();
    if (steps > 10) throw std::runtime_error("references in a circle: " + reference);
    const auto hash = std::min(reference.find('#'), reference.size());
    if (hash > 0) place.document = reference.substr(0, hash);
    const auto& root = document(place.document);
    const auto pointer = Json::json_pointer(hash < reference.size() ? reference.substr(hash + 1) : "");
    if (!root.contains(pointer)) throw std::runtime_error("leads nowhere: " + reference);
    place.value = &root.at(pointer);
  }
  return place;
}

std::string schema_fault(Documents& documents, Documents::Place schema, const Json& value,
                         const std::string& pointer) {
  schema = documents.follow(std::move(schema));
  if (schema.value->is_boolean()) return *schema.value == true ? "" : pointer + " must not be there";
  for (const auto& [name, rule] : schema.value->items()) {
    const auto it = keywords().find(name);
    if (it == keywords().end()) return "the schema of " + pointer + " uses the unknown keyword " + name;
    auto fault = it->second({documents, schema, rule, value, pointer});
    if (!fault.empty()) return fault;
  }
  return {};
}

}  // namespace rescue::contract
