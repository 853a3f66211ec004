#pragma once

#include <map>
#include <memory>
#include <string>

#include "rescue/base/json.hpp"

namespace rescue::contract {

/// JSON documents of one directory that refer to each other: {"$ref": "common.json#/components/schemas/Id"}.
/// Throws std::runtime_error when a document cannot be read. One thread at a time.
class Documents {
 public:
  explicit Documents(std::string directory) : directory_(std::move(directory)) {}

  /// A value and the document that its own references start from.
  struct Place {
    std::string document;
    const Json* value = nullptr;
  };
  const Json& document(const std::string& name);
  /// `place`, or what it leads to when it is a $ref. Throws when it leads nowhere.
  Place follow(Place place);

 private:
  std::string directory_;
  std::map<std::string, std::unique_ptr<Json>> loaded_;
};

/// What is wrong with `value`, "" when it fits `schema`. JSON Schema 2020-12: type, properties, required,
/// additionalProperties, items, minItems, maxItems, enum, const, pattern, minLength, maxLength (bytes),
/// minimum, maximum, oneOf, allOf, $ref and annotations; any other keyword is a fault.
std::string schema_fault(Documents& documents, Documents::Place schema, const Json& value,
                         const std::string& pointer = "");

}  // namespace rescue::contract
