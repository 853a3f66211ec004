#include <algorithm>
#include <cctype>

#include "php_interpreter.hpp"
#include "php_operators.hpp"

namespace rescue::detect {
namespace {

constexpr int kMostDepth = 400;
constexpr int kAssignment = 2;

/// Binding power of binary operators (PHP manual, "Operator Precedence"); 0: none.
int precedence(const std::string& op) {
  static const std::unordered_map<std::string, int> table = {
      {"or", 1},          {"xor", 1},  {"and", 1},  {"=", 2},   {"+=", 2},  {"-=", 2},   {"*=", 2},
      {"/=", 2},          {".=", 2},   {"%=", 2},   {"&=", 2},  {"|=", 2},  {"^=", 2},   {"<<=", 2},
      {">>=", 2},         {"**=", 2},  {"?\?=", 2}, {"?", 3},   {"??", 4},  {"||", 5},   {"&&", 6},
      {"|", 7},           {"^", 8},    {"&", 9},    {"==", 10}, {"!=", 10}, {"===", 10}, {"!==", 10},
      {"<>", 10},         {"<=>", 10}, {"<", 11},   {"<=", 11}, {">", 11},  {">=", 11},  {".", 12},
      {"<<", 13},         {">>", 13},  {"+", 14},   {"-", 14},  {"*", 15},  {"/", 15},   {"%", 15},
      {"instanceof", 17}, {"**", 18}};
  // Most tokens are one of these: quickly.
  if (op.size() == 1 && std::string_view(");,({[]}:").find(op[0]) != std::string_view::npos) return 0;
  const auto at = table.find(op);
  return at == table.end() ? 0 : at->second;
}

bool is_assignment(const std::string& op) {
  return precedence(op) == kAssignment;
}

bool is_cast(const std::string& name) {
  static const std::set<std::string_view> kCasts = {"int",    "integer", "bool",   "boolean",
                                                    "float",  "double",  "string", "array",
                                                    "object", "binary",  "real",   "unset"};
  return kCasts.contains(name);
}
bool cast_cleans(const std::string& name) {
  return name != "string" && name != "array" && name != "object" && name != "binary";
}

}  // namespace

/// Past the limit a token is left out, so that whoever loops goes on.
bool PhpInterpreter::too_deep() {
  if (depth_ <= kMostDepth) return false;
  program_.cut = true;
  if (at_ < end_) ++at_;
  return true;
}

PhpValue PhpInterpreter::expression(int least) {
  const PhpDepth deeper(depth_);
  if (too_deep() || exhausted()) return {};
  if (token().kind == PhpTokenKind::kVariable && is_operator(".=", 1)) return append_to_variable();
  auto left = unary();
  while (at_ < end_) {
    const auto& t = token();
    if (t.kind != PhpTokenKind::kOperator && t.kind != PhpTokenKind::kName) break;
    const auto op = t.text;
    const int power = precedence(op);
    // A variable takes the "=" behind it, however strongly what stands before it binds.
    const bool takes = is_assignment(op) && left.place.kind != Place::Kind::kNone;
    if (power == 0 || (power < least && !takes)) break;
    ++at_;
    if (is_assignment(op)) {
      eat("&");
      auto right = expression(kAssignment);
      auto value = op == "="      ? right
                   : op == "?\?=" ? PhpValue::from(left.value.all_taint() | right.all_taint())
                                  : binary(op.substr(0, op.size() - 1), left.value, right);
      assign(left.place, value);
      left = {std::move(value), {}};
    } else if (op == "?") {
      PhpValue middle = left.value;
      if (!is_operator(":")) middle = expression();
      eat(":");
      const auto right = expression(power + 1);
      auto both = middle.text ? middle : right;
      both.taint = middle.all_taint() | right.all_taint();
      left = {std::move(both), {}};
    } else {
      const auto right = expression(power + 1);
      left = {binary(op, left.value, right), {}};
    }
  }
  return std::move(left.value);
}

/// "$name .= …": the text is not copied, else a loop that puts one together would cost its square.
PhpValue PhpInterpreter::append_to_variable() {
  constexpr std::size_t kMostBytes = 4 << 20;
  const auto name = token().text;
  at_ += 2;
  const auto right = expression(kAssignment);
  auto* known = find(name);
  if (known != nullptr && known->stale) {  // it holds nothing yet; where it may come from later counts
    known->value = PhpValue::constant("");
    known->value.taint = read(name).taint;
    known->stale = false;
  }
  const bool plain = known != nullptr && known->value.text && !known->value.elements && right.text;
  if (!plain || known->value.text->size() + right.text->size() > kMostBytes) {
    auto left = read(name);
    if (known == nullptr && left.taint == (left.taint & kFromUnset) && !left.elements) left.text = "";
    auto value = binary(".", left, right);
    assign({Place::Kind::kVariable, name, false, {}}, value);
    return value;
  }
  auto& value = known->value;
  spend(right.text->size());
  value.taint |= (right.all_taint() & (value.text->empty() ? ~0U : ~kLeads)) | kJoined;
  *value.text += *right.text;
  value.number = false;
  known->block = block_;
  return is_operator(";") ? PhpValue::from(value.taint) : value;
}

PhpValue PhpInterpreter::binary(const std::string& op, const PhpValue& left, const PhpValue& right) {
  if (op == "." && left.text && right.text) spend(left.text->size() + right.text->size());
  if (asks_for_password(op, left, right)) check_sinks("password", {PhpValue::from(kFromRequest)});
  auto out = php_operation(op, left, right);
  note_spelled(out);
  return out;
}

PhpInterpreter::Operand PhpInterpreter::unary() {
  const PhpDepth deeper(depth_);
  if (too_deep()) return {};
  const auto& t = token();
  if (t.kind == PhpTokenKind::kOperator) {
    if (t.text == "@" || t.text == "&" || t.text == "...") {
      ++at_;
      return unary();
    }
    if (t.text == "!" || t.text == "-" || t.text == "+") {
      ++at_;
      auto operand = unary();
      if (t.text == "!") {
        const auto truth = truth_of(operand.value);
        return {truth ? PhpValue::of_test(!*truth) : PhpValue{}, {}};
      }
      const auto number = as_number(operand.value);
      const auto zero = PhpValue::of_number(0);
      return {number ? php_operation(t.text, zero, operand.value) : PhpValue{}, {}};
    }
    if (t.text == "~") {
      ++at_;
      auto value = unary().value;
      if (value.text) {
        if (value.number) {
          value = PhpValue::of_number(~as_number(value).value_or(0));
        } else {
          for (auto& c : *value.text) c = static_cast<char>(~c);
          value.taint |= kFromDecoded;
        }
      }
      return {std::move(value), {}};
    }
    if (t.text == "++" || t.text == "--") {
      ++at_;
      auto operand = unary();
      operand.value = php_stepped(operand.value, t.text == "++");
      assign(operand.place, operand.value);
      return {std::move(operand.value), {}};
    }
    const bool cast = t.text == "(" && token(1).kind == PhpTokenKind::kName && is_operator(")", 2) &&
                      is_cast(token(1).text);
    if (cast) {
      const auto type = token(1).text;
      at_ += 3;
      auto value = unary().value;
      if (cast_cleans(type)) value = value.text ? PhpValue::constant(*value.text) : PhpValue{};
      return {std::move(value), {}};
    }
  }
  return primary();
}

PhpInterpreter::Operand PhpInterpreter::primary() {
  const PhpDepth deeper(depth_);
  if (too_deep()) return {};
  const auto t = token();
  Operand operand;
  switch (t.kind) {
    case PhpTokenKind::kVariable:
      if (auto element = element_of_variable()) {
        operand = *std::move(element);
        break;
      }
      ++at_;
      operand = {read(t.text), {Place::Kind::kVariable, t.text, false, {}}};
      break;
    case PhpTokenKind::kString:
      ++at_;
      operand.value = PhpValue::constant(t.text);
      break;
    case PhpTokenKind::kNumber:
      ++at_;
      operand.value = php_number(t.text);
      break;
    case PhpTokenKind::kTemplate:
      ++at_;
      operand.value = template_value(t.text);
      break;
    case PhpTokenKind::kCommand:
      ++at_;
      program_.calls_anything = true;
      check_sinks("`", {template_value(t.text)});
      break;
    case PhpTokenKind::kName:
      operand = named();
      break;
    case PhpTokenKind::kHtml:
      break;
    case PhpTokenKind::kOperator:
      if (t.text == "(") {
        ++at_;
        while (at_ < end_ && !is_operator(")")) {
          const auto before = at_;
          operand.value = expression();
          if (!eat(",") && !eat(";") && at_ == before) ++at_;
        }
        eat(")");
      } else if (t.text == "[") {
        ++at_;
        operand.value = array_literal("]");
      } else if (t.text == "$") {
        operand = variable_variable();
      }
      break;
  }
  return postfix(std::move(operand));
}

PhpInterpreter::Operand PhpInterpreter::postfix(Operand operand) {
  while (at_ < end_ && !exhausted()) {
    const bool old_index = is_operator("{") && operand.place.kind == Place::Kind::kVariable;
    if (is_operator("[") || old_index) {
      ++at_;
      Place place = operand.place;
      PhpValue key;
      if (is_operator("]")) {
        const auto* known = place.indexed ? nullptr : find(place.name);
        const bool empty = !operand.value.elements || (known != nullptr && known->stale);
        const auto size = empty ? 0 : operand.value.elements->size();
        key = PhpValue::constant(std::to_string(size));
      } else {
        key = expression();
      }
      eat(old_index ? "}" : "]");
      auto value = indexed(operand, key);
      place.indexed = true;
      place.keys.push_back(std::move(key));
      operand = {std::move(value), std::move(place)};
    } else if (is_operator("->") || is_operator("?->") || is_operator("::")) {
      const bool property = !is_operator("::");
      ++at_;
      const bool named = token().kind == PhpTokenKind::kName || token().kind == PhpTokenKind::kVariable;
      const auto name = named ? token().text : "";
      const bool called = named && is_operator("(", 1);
      const bool variable = token().kind == PhpTokenKind::kVariable;
      auto value = member(operand);
      Place place;
      if (!called && (property ? !variable : variable)) place = {Place::Kind::kProperty, name, false, {}};
      operand = {std::move(value), std::move(place)};
    } else if (is_operator("(")) {
      ++at_;
      const auto given = arguments();
      operand = {call_value(operand.value, given), {}};
    } else if (is_operator("++") || is_operator("--")) {
      auto next = php_stepped(operand.value, is_operator("++"));
      ++at_;
      assign(operand.place, std::move(next));
      operand.place = {};
    } else {
      break;
    }
  }
  return operand;
}

/// After "->" or "::": a property, a constant or a method call.
PhpValue PhpInterpreter::member(const Operand& object) {
  const auto t = token();
  if (t.kind == PhpTokenKind::kName || t.kind == PhpTokenKind::kVariable) {
    ++at_;
    if (!is_operator("(")) {
      const auto at = program_.properties.find(t.text);
      auto value = at == program_.properties.end() ? PhpValue::from(object.value.taint) : at->second;
      value.taint |= program_.revived;
      return value;
    }
    ++at_;
    const auto given = arguments();
    if (t.kind == PhpTokenKind::kVariable) return {};  // a method of that object, not any function
    return method(object.value, t.text, given);
  }
  if (eat("{")) {
    (void)expression();
    eat("}");
  }
  return {};
}

PhpValue PhpInterpreter::method(const PhpValue& object, const std::string& name,
                                const std::vector<PhpValue>& given) {
  // new ReflectionFunction($name) is followed as that name.
  const bool invokes = name == "invoke" || name == "invokeargs" || name == "__invoke";
  if (invokes && (object.text || object.taint != 0)) return call_value(object, given);
  if (name == "fromcallable" || name == "getclosure") return given.empty() ? object : given[0];
  // What a class says of itself (comments, constants) is a hiding place for text.
  static const std::set<std::string_view> kTold = {"getdoccomment", "getconstant", "getconstants"};
  if (kTold.contains(name)) return PhpValue::from(kFromDecoded | kJoined);
  if (name == "newinstance" || name == "newinstanceargs") {
    for (auto& [known, function] : program_.functions) {
      if (known.ends_with("::__construct")) call_function(function, given);
    }
    return {};
  }
  static const std::set<std::string_view> kCallBack = {
      "uasort", "uksort", "createfunction", "sqlitecreatefunction", "fetchall", "createaggregate"};
  if (kCallBack.contains(name)) {
    auto with_object = given;
    with_object.push_back(object);
    (void)call("->" + name, with_object);
  }
  const auto at = program_.functions.find(name);
  return at == program_.functions.end() ? PhpValue{} : call_function(at->second, given);
}

std::vector<PhpValue> PhpInterpreter::arguments(std::vector<std::string>* names) {
  std::vector<PhpValue> values;
  constexpr std::size_t kMostArguments = 64;
  while (at_ < end_ && !is_operator(")")) {
    const auto before = at_;
    if (token().kind == PhpTokenKind::kName && is_operator(":", 1) && !is_operator("::", 1))
      at_ += 2;  // name: value
    const bool plain =
        token().kind == PhpTokenKind::kVariable && (is_operator(",", 1) || is_operator(")", 1));
    if (names != nullptr) names->push_back(plain ? token().text : "");
    const bool spread = is_operator("...");
    auto value = expression();
    constexpr int kMostSpread = 3;  // of an unknown array: it may fill any position
    for (int i = 1; spread && value.all_taint() != 0 && i < kMostSpread; ++i) values.push_back(value);
    if (values.size() < kMostArguments) values.push_back(std::move(value));
    if (!eat(",") && at_ == before) ++at_;
  }
  eat(")");
  return values;
}

PhpInterpreter::Operand PhpInterpreter::named() {
  const auto name = token().text;
  const auto written = token().written;
  if (name == "function" || name == "fn" ||
      (name == "static" && (is_name("function", 1) || is_name("fn", 1)))) {
    if (name == "static") ++at_;
    return {closure(), {}};
  }
  ++at_;
  if (name == "array" && eat("(")) return {array_literal(")"), {}};
  if (name == "list" && eat("(")) {
    (void)array_literal(")");
    return {};
  }
  if (name == "include" || name == "include_once" || name == "require" || name == "require_once") {
    include(expression(3));
    return {};
  }
  if (name == "new") {
    if (token().kind == PhpTokenKind::kName) {
      const auto type = token().text;
      ++at_;
      std::vector<PhpValue> given;
      if (eat("(")) given = arguments();
      program_.calls_anything = true;
      if (const auto at = program_.functions.find(type + "::__construct"); at != program_.functions.end())
        call_function(at->second, given);
      return {call("new " + type, given), {}};
    }
    return {unary().value, {}};
  }
  if ((name == "echo" || name == "print") && !program_.output_to.empty()) {
    return {call(program_.output_to, {expression(kAssignment)}), {}};
  }
  if (name == "echo" || name == "print") {
    const auto said = token();
    const bool text = said.kind == PhpTokenKind::kString || said.kind == PhpTokenKind::kTemplate;
    if (text && is_code_for_others(said.text)) check_sinks("echo code", {PhpValue::from(kFromDecoded)});
    auto value = expression(kAssignment);
    if ((value.taint & kFromDecoded) != 0 && is_hidden_page(value)) check_sinks("echo page", {value});
    // What a class for a protocol prints is another matter.
    if ((value.taint & kFromNetwork) != 0 && scope_->function == nullptr) check_sinks("echo answer", {value});
    return {std::move(value), {}};
  }
  if (name == "clone" || name == "throw" || name == "yield" || name == "return" || name == "from" ||
      name == "and" || name == "static") {
    return {expression(kAssignment), {}};
  }
  if (name == "true") return {PhpValue::constant("1"), {}};
  if (name == "false" || name == "null") return {PhpValue::constant(""), {}};
  if (is_operator("(")) {
    ++at_;
    std::vector<std::string> names;
    const auto given = arguments(&names);
    auto value = call(name, given);
    write_back(name, given, names);
    return {std::move(value), {}};
  }
  const auto at = program_.constants.find(name);
  if (at != program_.constants.end()) return {at->second, {}};
  if (name == "__file__") {
    auto own = PhpValue::constant("__FILE__");
    own.taint = kOwnFile | kJoined;
    return {std::move(own), {}};
  }
  // An unknown constant is its own name as text, which obfuscation lives on.
  return {PhpValue::constant(std::string(written)), {}};
}

}  // namespace rescue::detect
