#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>

#include "yara_library.hpp"

namespace rescue::match {
namespace {

std::string folder_of(const std::string& path) {
  return path.substr(0, path.rfind('/') + 1);
}

/// One compiler and what it is told; it is of no use any more after a fault.
class Compilation {
 public:
  explicit Compilation(const YaraRules::Include& include) : include_(include) {
    if (yr_compiler_create(&compiler_) != ERROR_SUCCESS) throw std::bad_alloc();
    yr_compiler_set_callback(compiler_, on_message, this);
    yr_compiler_set_include_callback(compiler_, on_include, on_included, this);
    for (const auto* name : kExternalVariables) yr_compiler_define_string_variable(compiler_, name, "");
  }
  Compilation(const Compilation&) = delete;
  Compilation& operator=(const Compilation&) = delete;
  ~Compilation() { yr_compiler_destroy(compiler_); }

  /// Its fault, where there is one.
  std::optional<YaraFault> add(const YaraSource& source) {
    file_ = source.name;
    fault_.reset();
    paths_.clear();
    // It takes a text to its first NUL: what is behind it would be left out and not told.
    if (source.text.find('\0') != source.text.npos) return YaraFault{source.name, "no text"};
    const int faults = yr_compiler_add_string(compiler_, source.text.c_str(), source.name.c_str());
    if (faults == 0) return std::nullopt;
    return fault_.value_or(YaraFault{source.name, "it cannot be compiled"});
  }
  YR_RULES* rules() {
    YR_RULES* rules = nullptr;
    return yr_compiler_get_rules(compiler_, &rules) == ERROR_SUCCESS ? rules : nullptr;
  }
  const std::set<std::string>& included() const { return included_; }

 private:
  static void on_message(int level, const char* file, int line, const YR_RULE* /*rule*/, const char* message,
                         void* self) {
    if (level != YARA_ERROR_LEVEL_ERROR) return;
    auto& own = *static_cast<Compilation*>(self);
    if (own.fault_) return;
    const std::string where = file == nullptr ? "" : std::string(file) + ", ";
    own.fault_ = YaraFault{own.file_, where + "line " + std::to_string(line) + ": " + message};
  }

  /// From the folder of the file that includes it, else from the top.
  static const char* on_include(const char* name, const char* by, const char* /*name_space*/, void* self) {
    auto& own = *static_cast<Compilation*>(self);
    const auto known = by == nullptr ? own.paths_.end() : own.paths_.find(by);
    const auto& includer = known == own.paths_.end() ? own.file_ : known->second;
    for (const auto& path : {folder_of(includer) + name, std::string(name)}) {
      const auto text = own.include_(path);
      if (!text || text->find('\0') != text->npos) continue;
      own.included_.insert(path);
      own.paths_[name] = path;
      return ::strdup(text->c_str());
    }
    return nullptr;
  }
  static void on_included(const char* text, void* /*self*/) {
    std::free(const_cast<char*>(text));  // strdup's
  }

  const YaraRules::Include& include_;
  YR_COMPILER* compiler_ = nullptr;
  std::string file_;
  std::optional<YaraFault> fault_;
  std::map<std::string, std::string> paths_;  // where an included name was found
  std::set<std::string> included_;
};

}  // namespace

YaraRules::YaraRules() : compiled_(std::make_unique<Compiled>()) {}
YaraRules::YaraRules(YaraRules&&) noexcept = default;
YaraRules& YaraRules::operator=(YaraRules&&) noexcept = default;
YaraRules::~YaraRules() = default;

YaraRules YaraRules::compile(const std::vector<YaraSource>& sources, const Include& include) {
  initialise_yara();
  YaraRules out;
  std::vector<const YaraSource*> good;
  std::set<std::string> included;
  for (const auto& source : sources) {
    Compilation alone(include);
    if (auto fault = alone.add(source)) {
      out.faults_.push_back(*std::move(fault));
      continue;
    }
    good.push_back(&source);
    included.insert(alone.included().begin(), alone.included().end());
  }
  Compilation all(include);
  for (const auto* source : good) {
    if (included.contains(source->name)) continue;
    if (auto fault = all.add(*source)) {
      out.faults_.push_back(*std::move(fault));
      return out;
    }
  }
  out.compiled_->rules = all.rules();
  return out;
}

std::size_t YaraRules::count() const {
  return compiled_->rules == nullptr ? 0 : compiled_->rules->num_rules;
}

}  // namespace rescue::match
