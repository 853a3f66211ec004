#include <utility>

#include "php_interpreter.hpp"

namespace rescue::detect {
namespace {

PhpTaint superglobal(const std::string& name) {
  if (name == "_GET" || name == "_POST" || name == "_REQUEST" || name == "_COOKIE" ||
      name == "HTTP_RAW_POST_DATA" || name == "HTTP_POST_VARS" || name == "HTTP_GET_VARS" ||
      name == "HTTP_COOKIE_VARS") {
    return kFromRequest | kLeads;
  }
  return name == "_FILES" || name == "HTTP_POST_FILES" ? kFromUpload | kLeads : 0;
}

/// Elements of $_SERVER that the client chooses freely. The host name is left out: sites are switched by it.
bool client_chooses(const std::string& key) {
  return (key.starts_with("HTTP_") && key != "HTTP_HOST") || key == "QUERY_STRING" || key == "REQUEST_URI" ||
         key == "PATH_INFO" || key == "PHP_AUTH_USER" || key == "PHP_AUTH_PW" || key == "ORIG_PATH_INFO";
}

bool is_server(const std::string& name) {
  return name == "_SERVER" || name == "HTTP_SERVER_VARS";
}

/// $_SERVER under another name: what a client chooses of it freely, and usually does.
PhpValue server_values() {
  PhpValue out;
  for (const auto* key : {"HTTP_USER_AGENT", "HTTP_REFERER", "HTTP_ACCEPT", "HTTP_ACCEPT_LANGUAGE",
                          "HTTP_X_FORWARDED_FOR", "HTTP_COOKIE", "QUERY_STRING", "REQUEST_URI", "PATH_INFO"})
    out.put(key, PhpValue::from(kFromRequest | kLeads));
  return out;
}

/// $text[3] = 'x'
bool set_letter(PhpValue& base, const PhpValue& key, const PhpValue& value) {
  const auto at = as_number(key);
  const bool letter = base.text && !base.elements && value.text && value.text->size() == 1 && at &&
                      *at >= 0 && static_cast<std::size_t>(*at) < base.text->size();
  if (!letter) return false;
  (*base.text)[static_cast<std::size_t>(*at)] = (*value.text)[0];
  base.taint |= (value.all_taint() & ~kLeads) | kJoined;
  return true;
}

}  // namespace

PhpValue PhpInterpreter::read(const std::string& name) {
  if (const auto taint = superglobal(name); taint != 0) return PhpValue::from(taint);
  if (const auto* known = find(name); known != nullptr) {
    spend(known->value.text ? known->value.text->size() : 0);
    auto value = known->value;
    if (program_.includes_others) value.taint &= ~kFromUnset;  // it may be set there
    return value;
  }
  if (is_server(name)) return server_values();
  const bool unset =
      scope_->function == nullptr && !program_.includes_others && !name.starts_with('_') && name != "this";
  auto value = PhpValue::from(scope_->open | (unset ? kFromUnset : 0));
  // Kept: what a branch sets later is not all that it may hold.
  if (unset && scope_ == &program_.globals) scope_->variables[name] = {value, block_, true};
  return value;
}

PhpVariable* PhpInterpreter::find(const std::string& name) {
  auto& scope = !scope_->imported.empty() && scope_->imported.contains(name) ? program_.globals : *scope_;
  const auto at = scope.variables.find(name);
  return at == scope.variables.end() ? nullptr : &at->second;
}

/// At "$name[": the element is read where it lies, else a loop over the letters of a text would copy it for
/// each.
std::optional<PhpInterpreter::Operand> PhpInterpreter::element_of_variable() {
  if (!is_operator("[", 1) || is_operator("]", 2)) return std::nullopt;
  const auto name = token().text;
  if (superglobal(name) != 0 || is_server(name) || name == "GLOBALS" || find(name) == nullptr)
    return std::nullopt;
  at_ += 2;
  auto key = expression();
  eat("]");
  const auto* known = find(name);
  Operand operand;
  if (known != nullptr) operand.value = known->value.element(key);
  if (program_.includes_others) operand.value.taint &= ~kFromUnset;
  operand.place = {Place::Kind::kVariable, name, true, {std::move(key)}};
  return operand;
}

PhpValue PhpInterpreter::indexed(const Operand& operand, const PhpValue& key) const {
  const bool plain = operand.place.kind == Place::Kind::kVariable && !operand.place.indexed;
  if (plain && is_server(operand.place.name)) {
    return PhpValue::from(key.text && client_chooses(*key.text) ? kFromRequest | kLeads : 0);
  }
  if (plain && operand.place.name == "GLOBALS" && key.text) {
    if (const auto taint = superglobal(*key.text); taint != 0) return PhpValue::from(taint);
    const auto at = program_.globals.variables.find(*key.text);
    return at == program_.globals.variables.end() ? PhpValue{} : at->second.value;
  }
  return operand.value.element(key);
}

void PhpInterpreter::assign(const Place& place, PhpValue value) {
  if (place.kind == Place::Kind::kNone) return;
  if (place.kind == Place::Kind::kNamedByRequest) {
    scope_->open |= value.all_taint() & (kFromRequest | kLeads);
    return;
  }
  if (place.kind == Place::Kind::kProperty) {
    auto& known = program_.properties[place.name];
    const auto taint = known.all_taint() | value.all_taint();
    for (unsigned i = 0; i < kMostParameters && scope_->function != nullptr; ++i) {
      if ((taint & parameter_taint(i)) != 0) scope_->function->writes.emplace(i, place.name);
    }
    known = value.elements ? PhpValue{} : std::move(value);
    known.taint = taint & ~kAllParameters;
    return;
  }
  if (place.name == "GLOBALS" && !place.indexed && value.elements) {
    for (const auto& [key, element] : *value.elements) program_.globals.variables[key] = {element, block_};
    return;
  }
  const bool to_globals =
      place.name == "GLOBALS" && place.indexed && place.keys.size() == 1 && place.keys[0].text;
  const bool imported = !scope_->imported.empty() && scope_->imported.contains(place.name);
  if (imported || to_globals) value.taint &= ~kAllParameters;
  auto& variable = to_globals ? program_.globals.variables[*place.keys[0].text]
                   : imported ? program_.globals.variables[place.name]
                              : scope_->variables[place.name];
  if (place.indexed && !to_globals) {
    auto& base = variable.value;
    if (std::exchange(variable.stale, false)) base = PhpValue::from(base.all_taint() & kFromUnset);
    const auto& key = place.keys.empty() ? PhpValue{} : place.keys.front();
    if (place.keys.size() == 1 && set_letter(base, key, value)) return;
    if (place.keys.size() == 1 && key.text) {
      spend(base.put(*key.text, std::move(value)));
    } else {
      base.taint |= value.all_taint() & ~kLeads;
    }
    base.text.reset();
    return;
  }
  // Where the earlier value may still be in force (another branch), both count.
  bool overwrites = variable.block == block_;
  constexpr int kMostLevels = 64;
  auto b = variable.block;
  for (int level = 0; level < kMostLevels && b != 0 && !overwrites; ++level, b = program_.parents[b]) {
    overwrites = program_.parents[b] == block_;
  }
  if (!overwrites) value.taint |= variable.value.all_taint();
  variable.value = std::move(value);
  variable.block = block_;
  variable.stale = false;
}

/// At "$": $$name, ${expression}
PhpInterpreter::Operand PhpInterpreter::variable_variable() {
  const PhpDepth deeper(depth_);
  if (too_deep()) return {};
  ++at_;
  PhpValue name;
  if (eat("{")) {
    name = expression();
    eat("}");
  } else if (token().kind == PhpTokenKind::kVariable) {
    name = read(token().text);
    ++at_;
  } else if (is_operator("$")) {
    name = variable_variable().value;
  }
  if (!name.text) {
    const bool chosen = (name.all_taint() & kFromRequest) != 0;
    return {PhpValue::from(name.taint),
            {chosen ? Place::Kind::kNamedByRequest : Place::Kind::kNone, "", false, {}}};
  }
  return {read(*name.text), {Place::Kind::kVariable, *name.text, false, {}}};
}

PhpValue PhpInterpreter::array_literal(std::string_view close) {
  PhpValue out;
  out.elements = std::make_shared<const PhpValue::Elements>();
  std::size_t next = 0;
  while (at_ < end_ && !is_operator(close)) {
    const auto before = at_;
    auto value = expression();
    auto key = std::to_string(next);
    if (eat("=>")) {
      if (value.text) key = *value.text;
      out.taint |= value.text ? 0 : value.all_taint();
      value = expression();
    } else {
      ++next;
    }
    spend(out.put(key, std::move(value)));
    if (!eat(",") && at_ == before) ++at_;
  }
  eat(close);
  return out;
}

/// At "function" or "fn" of a closure: followed where it stands, with unknown arguments; its value is its
/// name.
PhpValue PhpInterpreter::closure() {
  const bool arrow = is_name("fn");
  const auto name = "{closure " + std::to_string(layer_) + ":" + std::to_string(at_) + "}";
  while (at_ < end_ && !is_operator("(")) ++at_;
  const auto close = matching(at_);
  auto& function = program_.functions[name];
  parameters(at_, close, function);
  at_ = std::min(close + 1, end_);
  const auto carrying_out = std::exchange(carrying_out_, 0);
  PhpScope scope;
  scope.function = &function;
  spend(scope_->variables.size() * 64);
  scope.variables = scope_->variables;  // what `use` and arrow functions see
  scope.imported = scope_->imported;
  for (unsigned i = 0; i < function.parameters.size(); ++i) {
    scope.variables[function.parameters[i]] = {PhpValue::from(parameter_taint(i) | kLeads), block_};
  }
  auto* outer = std::exchange(scope_, &scope);
  if (arrow) {
    while (at_ < end_ && !is_operator("=>")) ++at_;
    eat("=>");
    function.returns |= expression().all_taint();
  } else {
    while (at_ < end_ && !is_operator("{") && !is_operator(";")) ++at_;
    if (is_operator("{")) {
      const auto end = matching(at_);
      const auto outer_end = end_;
      const auto outer_block = block_;
      statements(at_ + 1, end);
      end_ = outer_end;
      block_ = outer_block;
      at_ = std::min(end + 1, end_);
    }
  }
  scope_ = outer;
  carrying_out_ = carrying_out;
  return PhpValue::constant(name);
}

PhpValue PhpInterpreter::template_value(const std::string& raw) {
  // "…$name…", "…{$name['key']}…", "…${expression}…": parts are followed as code; the text between is
  // constant.
  PhpValue out = PhpValue::constant("");
  const auto append = [&](const PhpValue& part) {
    const bool leads = out.text && out.text->empty();
    const bool address = leads ? part.is_address() : out.is_address();
    out.taint |= part.all_taint() & (leads ? ~0U : ~kLeads);
    out.taint = (out.taint & ~kAddress) | (address ? kAddress : 0);
    if (!(part.text && part.text->empty())) {
      const bool foreign = (part.all_taint() & (kOrigins | kAllParameters)) != 0;
      out.taint &= ~(kNamesScript | kEndsApart);
      if (part.names_script()) out.taint |= kNamesScript;
      if (!foreign && !part.names_script()) out.taint |= kEndsApart;
    }
    const bool array = part.elements && !part.text;
    if (array && out.text) {
      *out.text += "Array";
    } else if (out.text && part.text) {
      *out.text += *part.text;
    } else {
      out.text.reset();
    }
  };
  std::size_t start = 0;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] == '\\') {
      ++i;
      continue;
    }
    const bool braced = raw[i] == '{' && i + 1 < raw.size() && raw[i + 1] == '$';
    const bool named = raw[i] == '$' && i + 1 < raw.size();
    if (!braced && !named) continue;
    std::size_t end = i + 1;
    if (braced || raw[i + 1] == '{') {
      end = raw.find('}', i);
      end = end == raw.npos ? raw.size() : end + 1;
    } else {
      const auto in_name = [&](char c) {
        const char lower = static_cast<char>(c | 0x20);
        return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
               static_cast<unsigned char>(c) >= 0x80;
      };
      while (end < raw.size() && in_name(raw[end])) ++end;
      if (end == i + 1) continue;
      if (end < raw.size() && raw[end] == '[') {
        const auto close = raw.find(']', end);
        end = close == raw.npos ? raw.size() : close + 1;
      }
    }
    append(PhpValue::constant(unescape_php(std::string_view(raw).substr(start, i - start))));
    auto code = raw.substr(i, end - i);
    if (braced) code = code.substr(1, code.size() >= 2 ? code.size() - 2 : 0);
    const auto tokens = lex_php(code, true);
    PhpInterpreter inner(program_, tokens, layer_);
    inner.scope_ = scope_;
    inner.block_ = block_;
    inner.depth_ = depth_ + 1;
    append(inner.expression());
    start = end;
    i = end - 1;
  }
  append(PhpValue::constant(unescape_php(std::string_view(raw).substr(std::min(start, raw.size())))));
  return out;
}

}  // namespace rescue::detect
