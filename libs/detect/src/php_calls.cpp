#include <algorithm>

#include "php_interpreter.hpp"
#include "php_written.hpp"
#include "rescue/base/ascii.hpp"

namespace rescue::detect {
namespace {

constexpr unsigned kMostLayers = 12;
constexpr std::size_t kMostDecodedBytes = 8 << 20;

/// Functions that call the function named by one of their arguments; the position.
int callback_position(const std::string& name) {
  static const std::unordered_map<std::string_view, int> table = {{"call_user_func", 0},
                                                                  {"call_user_func_array", 0},
                                                                  {"array_map", 0},
                                                                  {"array_filter", 1},
                                                                  {"array_walk", 1},
                                                                  {"array_walk_recursive", 1},
                                                                  {"array_reduce", 1},
                                                                  {"usort", 1},
                                                                  {"uasort", 1},
                                                                  {"uksort", 1},
                                                                  {"array_udiff", 2},
                                                                  {"array_diff_ukey", 2},
                                                                  {"array_uintersect", 2},
                                                                  {"array_intersect_ukey", 2},
                                                                  {"array_diff_uassoc", 2},
                                                                  {"preg_replace_callback", 1},
                                                                  {"register_shutdown_function", 0},
                                                                  {"register_tick_function", 0},
                                                                  {"forward_static_call", 0},
                                                                  {"forward_static_call_array", 0},
                                                                  {"ob_start", 0},
                                                                  {"set_error_handler", 0},
                                                                  {"set_exception_handler", 0},
                                                                  {"spl_autoload_register", 0},
                                                                  {"iterator_apply", 1},
                                                                  {"mb_ereg_replace_callback", 1},
                                                                  {"header_register_callback", 0},
                                                                  {"new callbackfilteriterator", 1},
                                                                  {"->uasort", 0},
                                                                  {"->uksort", 0},
                                                                  {"->createfunction", 1},
                                                                  {"->createaggregate", 1},
                                                                  {"->sqlitecreatefunction", 1},
                                                                  {"->fetchall", 1}};
  const auto at = table.find(name);
  return at == table.end() ? -1 : at->second;
}

bool starts_with_any(const std::string& text, std::initializer_list<std::string_view> starts) {
  return std::any_of(starts.begin(), starts.end(), [&](std::string_view s) { return text.starts_with(s); });
}

/// A pattern whose modifiers hold "e": its replacement is run as code (PHP before 7).
bool runs_replacement(const PhpValue& pattern) {
  if (!pattern.text || pattern.text->size() < 3) return false;
  const char open = pattern.text->front();
  const char close = open == '(' ? ')' : open == '{' ? '}' : open == '[' ? ']' : open == '<' ? '>' : open;
  const auto at = pattern.text->rfind(close);
  return at != pattern.text->npos && at > 0 && pattern.text->find('e', at) != pattern.text->npos;
}

bool runs_text_argument(const std::string& name) {
  return name == "eval" || name == "assert";
}

/// A constant text that is one of these words, or begins with one.
bool says_one_of(const PhpValue& value, const std::vector<std::string>& words) {
  if (!value.text) return false;
  const auto text =
      std::string_view(*value.text).substr(std::min(value.text->find_first_not_of(' '), value.text->size()));
  return std::any_of(words.begin(), words.end(), [&](const auto& word) {
    return text.starts_with(word) &&
           (word.ends_with(' ') || text.size() == word.size() ||
            std::string_view(" \n\r;|&>").find(text[word.size()]) != std::string_view::npos);
  });
}

/// Of a rule about files that are written: whether this one is run as a script.
bool is_meant(const PhpSink& sink, const std::vector<PhpValue>& arguments) {
  if (sink.ends && *sink.ends < arguments.size() && (arguments[*sink.ends].taint & kEndsApart) != 0)
    return false;
  if (!sink.into) return true;
  return *sink.into < arguments.size() && arguments[*sink.into].names_script();
}

}  // namespace

PhpValue PhpInterpreter::call(const std::string& name, const std::vector<PhpValue>& arguments) {
  static const std::set<std::string_view> kHarmless = {
      "die", "exit", "defined", "header", "http_response_code", "isset", "empty", "define"};
  if (!kHarmless.contains(name)) program_.calls_anything = true;
  check_sinks(name, arguments);
  if ((name == "preg_replace" || name == "preg_filter") && !arguments.empty() &&
      runs_replacement(arguments[0])) {
    check_sinks("preg_replace/e", arguments);
    for (std::size_t i = 1; i < std::min<std::size_t>(arguments.size(), 3); ++i) run_text(arguments[i]);
  }
  if ((name == "mb_ereg_replace" || name == "mb_eregi_replace") && arguments.size() > 3 &&
      arguments[3].text.value_or("").find('e') != std::string::npos) {
    check_sinks("preg_replace/e", arguments);
  }
  if (name == "fwrite" || name == "fputs" || name == "file_put_contents") look_into_written(arguments);
  if (name == "fwrite" || name == "fputs" || name == "file_put_contents") {
    for (const auto& argument : arguments) {
      if ((argument.taint & kFromDecoded) != 0 && is_program(argument))
        check_sinks("written program", {argument});
      if (opens_server(argument)) check_sinks("written settings", {PhpValue::from(kFromDecoded)});
    }
  }
  keep_written(name, arguments);
  if (name == "unserialize" && !arguments.empty())
    program_.revived |= arguments[0].all_taint() & kFromRequest;
  if (name == "ob_start" && !arguments.empty())
    program_.output_to = lower_ascii(arguments[0].text.value_or(""));
  if (runs_text_argument(name) && !arguments.empty()) run_text(arguments[0]);
  if (name == "create_function" && arguments.size() > 1) {
    run_text(arguments[1]);
    return {};
  }
  if (name == "array_merge" && !arguments.empty()) {
    auto merged = arguments[0];
    for (std::size_t i = 1; i < arguments.size(); ++i) merged = PhpValue::merged(merged, arguments[i]);
    return merged;
  }
  if (auto result = call_back(name, arguments)) return *std::move(result);
  if (const auto source = source_call(name, arguments)) return *source;
  if (const auto at = program_.functions.find(name); at != program_.functions.end()) {
    return call_function(at->second, arguments);
  }
  if (auto constant = call_constant(name, arguments)) {
    note_spelled(*constant);
    return *std::move(constant);
  }
  const auto passing = passing_of(name);
  if (name == "md5" || name == "sha1" || name == "hash" || name == "crypt") {
    const bool of_request = std::any_of(arguments.begin(), arguments.end(), [](const auto& a) {
      return (a.all_taint() & (kFromRequest | kHashOfRequest)) != 0;
    });
    return PhpValue::from(of_request ? kHashOfRequest : 0);
  }
  if (passing == PhpPassing::kCleans || passing == PhpPassing::kUnknown) return {};
  PhpTaint taint = passing == PhpPassing::kDecodes ? kFromDecoded : 0;
  for (const auto& argument : arguments) taint |= argument.all_taint();
  const bool puts_before = name == "sprintf" || name == "vsprintf" || name == "implode" || name == "join";
  return PhpValue::from(puts_before ? taint & ~kLeads : taint);
}

/// Functions that give what a client sends or what another host answers, and those that make variables of it.
std::optional<PhpValue> PhpInterpreter::source_call(const std::string& name,
                                                    const std::vector<PhpValue>& arguments) {
  const auto first = arguments.empty() ? PhpValue{} : arguments[0];
  if (name.starts_with("new ")) {
    static const std::set<std::string_view> kHolders = {
        "new arrayobject", "new arrayiterator", "new reflectionfunction", "new recursivearrayiterator"};
    return kHolders.contains(name) ? first : PhpValue{};
  }
  if (name == "exif_read_data" || name == "read_exif_data") return PhpValue::from(kFromUpload | kLeads);
  if (name == "getallheaders" || name == "apache_request_headers" || name == "filter_input" ||
      name == "filter_input_array") {
    return PhpValue::from(kFromRequest | kLeads);
  }
  if (name == "getenv" && first.text &&
      starts_with_any(*first.text, {"HTTP_", "QUERY_STRING", "REQUEST_URI"})) {
    return PhpValue::from(kFromRequest | kLeads);
  }
  if (name == "file_get_contents" || name == "fopen" || name == "file" || name == "readfile") {
    const auto path = first.text ? lower_ascii(*first.text) : "";
    if (name == "file_get_contents" && (first.taint & kOwnFile) != 0) {
      auto own = PhpValue::constant(std::string(program_.source));
      own.taint = kFromDecoded;
      return own;
    }
    if (path == "php://input") return PhpValue::from(kFromRequest | kLeads);
    if (first.is_address()) return PhpValue::from(kFromNetwork | kLeads);
    const auto mode = arguments.size() > 1 && arguments[1].text ? *arguments[1].text : "r";
    if (name == "fopen" && mode.find_first_of("wax+") != mode.npos)
      return PhpValue::from(first.all_taint() | (first.names_script() ? kNamesScript : 0));
    if ((first.taint & kOwnFile) != 0) return PhpValue::from(kFromDecoded);
    // A file that a request names is read, not what the request says; an address that it gives is fetched.
    return PhpValue::from(first.all_taint() & (kFromUpload | kFromNetwork | kAllParameters));
  }
  if (name == "curl_exec" || name == "fsockopen" || name == "pfsockopen" || name == "stream_socket_client") {
    return PhpValue::from(kFromNetwork | kLeads);
  }
  if (name == "extract" || name == "import_request_variables") {
    scope_->open |=
        name == "extract" ? first.all_taint() & (kFromRequest | kLeads | kAllParameters) : kFromRequest;
    return PhpValue{};
  }
  if (name == "parse_str") {
    if (arguments.size() < 2) scope_->open |= first.all_taint() & kFromRequest;
    return PhpValue{};
  }
  if (name == "func_get_args" || name == "func_get_arg") return PhpValue::from(kAllParameters);
  if (name == "define" && arguments.size() > 1 && first.text) {
    program_.constants[lower_ascii(*first.text)] = arguments[1];
    return PhpValue{};
  }
  return std::nullopt;
}

std::optional<PhpValue> PhpInterpreter::call_back(const std::string& name,
                                                  const std::vector<PhpValue>& arguments) {
  if (name == "filter_var" && arguments.size() > 2) {
    const auto callee = arguments[2].element(PhpValue::constant("options"));
    if (callee.text && callee.text->size() > 1) (void)call(lower_ascii(*callee.text), {arguments[0]});
    return std::nullopt;
  }
  const int position = callback_position(name);
  if (position < 0 || static_cast<std::size_t>(position) >= arguments.size()) return std::nullopt;
  const auto& callee = arguments[static_cast<std::size_t>(position)];
  if (!callee.text) {  // an object that can be called
    const auto invoke = program_.functions.find("__invoke");
    if (invoke == program_.functions.end() || callee.all_taint() != 0) return std::nullopt;
    call_function(invoke->second, {arguments.begin() + 1, arguments.end()});
    return std::nullopt;
  }
  const auto function = lower_ascii(*callee.text);
  constexpr std::size_t kMostNameBytes = 100;
  if (function == name || function.size() > kMostNameBytes) return std::nullopt;
  check_sinks("callback " + function, {PhpValue::from(kFromDecoded)});
  if ((callee.taint & (kFromDecoded | kJoined)) != 0) check_sinks("hidden " + function, {callee});
  const std::size_t list = position == 0 ? 1 : 0;
  if (list < arguments.size() && arguments[list].elements) {
    if (auto result = call_for_each(name, function, arguments[list])) return result;
  }
  // What the callee is given: all the other arguments' content, at any position.
  PhpTaint taint = 0;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (static_cast<int>(i) != position) taint |= arguments[i].all_taint();
  }
  const auto each = PhpValue::from(taint);
  (void)call(function, {each, each, each});
  return std::nullopt;
}

/// array_map and array_walk over a list that is known.
std::optional<PhpValue> PhpInterpreter::call_for_each(const std::string& name, const std::string& function,
                                                      const PhpValue& list) {
  constexpr std::size_t kMostElements = 512;
  const bool known = (name == "array_map" || name == "array_walk") && list.taint == 0 &&
                     list.elements->size() <= kMostElements;
  if (!known) return std::nullopt;
  PhpValue result;
  result.elements = std::make_shared<const PhpValue::Elements>();
  for (const auto& [key, value] : in_order(*list.elements)) {
    const auto each = name == "array_map" ? std::vector{value} : std::vector{value, PhpValue::constant(key)};
    spend(result.put(key, call(function, each)));
  }
  return result;
}

PhpValue PhpInterpreter::call_value(const PhpValue& callee, const std::vector<PhpValue>& arguments) {
  program_.calls_anything = true;
  const bool fed = std::any_of(arguments.begin(), arguments.end(), [](const auto& a) {
    return (a.all_taint() & (kFromRequest | kFromUpload)) != 0;
  });
  if (callee.text && (callee.taint & kOwnFile) == 0) {
    auto name = lower_ascii(*callee.text);
    if (name.starts_with('\\')) name.erase(0, 1);
    constexpr std::size_t kMostNameBytes = 100;
    if ((callee.taint & (kFromDecoded | kJoined)) != 0) check_sinks("hidden " + name, {callee});
    return name.size() <= kMostNameBytes ? call(name, arguments) : PhpValue{};
  }
  check_sinks("()", {callee});
  if (fed) check_sinks("hidden ()", {callee});
  return {};
}

PhpValue PhpInterpreter::call_function(PhpFunction& function, const std::vector<PhpValue>& arguments) {
  const auto taint_of = [&](unsigned parameter) {
    return parameter < arguments.size() ? arguments[parameter].all_taint() : 0;
  };
  const auto reaches = function.reaches;  // a recursive call may add to it
  for (const auto& reach : reaches) {
    const auto taint = taint_of(reach.parameter);
    if (reach.sink.takes(taint)) report(reach.sink, reach.function);
    for (unsigned i = 0; i < kMostParameters && scope_->function != nullptr; ++i) {
      const bool leads = !reach.sink.whole || (taint & kLeads) != 0;
      if ((taint & parameter_taint(i)) != 0 && leads)
        scope_->function->reaches.insert({i, reach.sink, reach.function});
    }
  }
  for (const auto& [parameter, property] : function.writes) {
    program_.properties[property].taint |= taint_of(parameter) & ~kAllParameters;
  }
  auto value = summary_of(function, arguments);
  if (function.owner == nullptr) return value;
  if (auto result = function.owner->run_function(function, arguments, depth_)) {
    result->taint |= value.taint;
    return *std::move(result);
  }
  return value;
}

/// What the result holds, by what is known of the function alone.
PhpValue PhpInterpreter::summary_of(const PhpFunction& function,
                                    const std::vector<PhpValue>& arguments) const {
  const auto taint_of = [&](unsigned parameter) {
    return parameter < arguments.size() ? arguments[parameter].all_taint() : 0;
  };
  const auto own = function.returns & ~(kAllParameters | kLeads);
  PhpTaint taint = 0;
  for (unsigned i = 0; i < kMostParameters; ++i) {
    if ((function.returns & parameter_taint(i)) != 0) taint |= taint_of(i);
  }
  if ((function.returns & kLeads) == 0) taint &= ~kLeads;
  if ((own & (kFromRequest | kFromUpload | kFromNetwork)) != 0) taint |= function.returns & kLeads;
  taint |= own;
  return PhpValue::from(taint);
}

void PhpInterpreter::check_sinks(const std::string& name, const std::vector<PhpValue>& arguments) {
  const auto at = program_.sinks.by_function.find(name);
  if (at == program_.sinks.by_function.end()) return;
  for (const auto& sink : at->second) check_sink(sink, name, arguments);
}

void PhpInterpreter::check_sink(const PhpSink& sink, const std::string& function,
                                const std::vector<PhpValue>& arguments) {
  std::size_t tainted = 0;
  for (const auto position : sink.arguments) {
    if (position >= arguments.size()) continue;
    const auto taint = arguments[position].all_taint();
    const bool takes = sink.says.empty() ? sink.takes(taint) : says_one_of(arguments[position], sink.says);
    if (takes && is_meant(sink, arguments)) ++tainted;
    const bool leads = !sink.whole || (taint & kLeads) != 0;
    if (scope_->function == nullptr || sink.all || !leads || sink.into || !sink.says.empty()) continue;
    for (unsigned i = 0; i < kMostParameters; ++i) {
      if ((taint & parameter_taint(i)) != 0) scope_->function->reaches.insert({i, sink, function});
    }
  }
  // Of a call that is carried out several values meet that may never meet in truth.
  if (sink.all && program_.running > 0) return;
  if (tainted > 0 && (!sink.all || tainted == sink.arguments.size())) report(sink, function);
}

void PhpInterpreter::report(const PhpSink& sink, const std::string& function) {
  if (!program_.reporting) return;
  // Only the file's own variables can be set by a request.
  if (sink.from == kFromUnset && scope_->function != nullptr) return;
  constexpr std::size_t kMostFlows = 64;
  const auto line = at_ > 0 ? tokens_[std::min(at_, tokens_.size()) - 1].line : 1;
  if (program_.flows.size() < kMostFlows)
    program_.flows.push_back({program_.sinks.rules[sink.rule], line, function, layer_});
}

void PhpInterpreter::include(PhpValue file) {
  program_.calls_anything = true;
  const auto path = lower_ascii(file.text.value_or(""));
  if (path == "php://input") file.taint |= kFromRequest | kLeads;
  if (file.is_address()) file.taint |= kFromNetwork | kLeads;
  program_.includes_others = true;
  check_sinks("include", {file});
  if (file.text && program_.written.contains(*file.text))
    check_sinks("include written", {PhpValue::from(kFromRequest)});
}

/// Functions that write to a variable they are given.
void PhpInterpreter::write_back(const std::string& function, const std::vector<PhpValue>& arguments,
                                const std::vector<std::string>& names) {
  const bool parses = function == "parse_str" || function == "mb_parse_str";
  const bool runs = function == "exec";
  if ((!parses && !runs) || names.size() < 2 || names[1].empty() || arguments.empty()) return;
  const auto taint = parses ? arguments[0].all_taint() : 0;
  scope_->variables[names[1]] = {PhpValue::from(taint), block_};
}

/// Remembers which files are given what a request sends or another host answers.
void PhpInterpreter::keep_written(const std::string& name, const std::vector<PhpValue>& arguments) {
  constexpr std::size_t kMostWritten = 64;
  if (name != "file_put_contents" || arguments.size() < 2 || !arguments[0].text) return;
  const bool foreign = (arguments[1].all_taint() & (kFromRequest | kFromUpload | kFromNetwork)) != 0;
  if (foreign && program_.written.size() < kMostWritten) program_.written.insert(*arguments[0].text);
}

/// PHP code that is written to a file: followed like a file of its own.
void PhpInterpreter::look_into_written(const std::vector<PhpValue>& arguments) {
  for (const auto& argument : arguments) {
    if (!argument.text || argument.text->find("<?") == std::string::npos) continue;
    program_.decoded_bytes += argument.text->size();
    if (!program_.unpacks || layer_ >= kMostLayers || program_.decoded_bytes > kMostDecodedBytes) {
      program_.cut = true;
      return;
    }
    const auto text = *argument.text;
    const auto tokens = lex_php(text);
    program_.steps += tokens.size();
    PhpInterpreter inner(program_, tokens, layer_ + 1);
    inner.depth_ = depth_;
    PhpScope scope;
    inner.run(scope);
  }
}

/// Code that is run from a constant text: followed as a layer of its own, in the same scope.
void PhpInterpreter::run_text(const PhpValue& code) {
  if (!code.text || code.text->empty()) return;
  program_.decoded_bytes += code.text->size();
  if (!program_.unpacks || layer_ >= kMostLayers || program_.decoded_bytes > kMostDecodedBytes) {
    program_.cut = true;
    return;
  }
  const auto text = *code.text;
  // eval's text begins in code; "?>" at its start leaves it, as with eval('?>' . $page).
  const auto tokens = lex_php(text, true);
  program_.steps += tokens.size();
  PhpInterpreter inner(program_, tokens, layer_ + 1);
  inner.block_ = block_;
  inner.depth_ = depth_;
  inner.run(*scope_);
}

}  // namespace rescue::detect
