#pragma once

#include <set>
#include <tuple>

#include "php_analysis.hpp"
#include "php_lexer.hpp"

namespace rescue::detect {

/// A function of the analysed file and what its arguments do.
struct PhpFunction {
  std::vector<std::string> parameters;
  std::size_t begin = 0, end = 0;  ///< tokens of its body
  PhpTaint returns = 0;
  struct Reach {
    unsigned parameter = 0;
    PhpSink sink;
    std::string function;
    bool operator<(const Reach& other) const {
      return std::tie(parameter, sink.rule, function) <
             std::tie(other.parameter, other.sink.rule, other.function);
    }
  };
  std::set<Reach> reaches;
  std::set<std::pair<unsigned, std::string>> writes;  ///< parameter → property
};

/// A variable and the block it was last assigned in: an assignment in a branch does not undo one outside.
struct PhpVariable {
  PhpValue value;
  std::uint32_t block = 0;
};

struct PhpScope {
  std::unordered_map<std::string, PhpVariable> variables;
  PhpFunction* function = nullptr;  ///< null: the file itself
  PhpTaint open = 0;                ///< of variables made by extract() or parse_str()
};

/// What belongs to a whole file, decoded layers included.
struct PhpProgram {
  explicit PhpProgram(const PhpSinks& s) : sinks(s) {}
  const PhpSinks& sinks;
  std::unordered_map<std::string, PhpFunction> functions;
  std::unordered_map<std::string, PhpValue> constants;
  std::unordered_map<std::string, PhpValue> properties;
  PhpScope globals;
  std::vector<PhpFlow> flows;
  std::vector<std::uint32_t> parents{0};  ///< of blocks
  std::uint64_t steps = 0;
  std::size_t decoded_bytes = 0;
  std::size_t copied_bytes = 0;
  bool reporting = false;
  bool calls_anything = false;
  bool includes_others = false;  ///< so that a variable may be set elsewhere
  bool cut = false;
  std::string output_to;  ///< ob_start()'s callback
};

/// Counts how deep the calls are nested while it lives.
class PhpDepth {
 public:
  explicit PhpDepth(int& depth) : depth_(++depth) {}
  PhpDepth(const PhpDepth&) = delete;
  PhpDepth& operator=(const PhpDepth&) = delete;
  ~PhpDepth() { --depth_; }

 private:
  int& depth_;
};

/// Walks the tokens of one layer of code.
class PhpInterpreter {
 public:
  PhpInterpreter(PhpProgram& program, const std::vector<PhpToken>& tokens, unsigned layer)
      : program_(program), tokens_(tokens), end_(tokens.size()), layer_(layer) {}

  /// Finds the functions, follows them until nothing new comes up, then the code outside of them.
  void run(PhpScope& scope);

 private:
  struct Place {  ///< what an assignment would write to
    enum class Kind { kNone, kVariable, kProperty, kNamedByRequest } kind = Kind::kNone;
    std::string name;
    bool indexed = false;
    std::vector<PhpValue> keys;
  };
  struct Operand {
    PhpValue value;
    Place place;
  };

  // statements (php_statements.cpp)
  void collect_functions();
  void collect_function(std::size_t at, const std::string& type);
  void follow_function(PhpFunction& function);
  void statements(std::size_t begin, std::size_t end);
  void statement();
  void foreach_head();
  void skip_function();
  void match_brackets();
  std::size_t matching(std::size_t open);
  std::vector<std::string> parameters(std::size_t open, std::size_t close) const;

  // expressions (php_expressions.cpp)
  PhpValue expression(int least = 0);
  Operand unary();
  Operand primary();
  Operand named();
  Operand postfix(Operand operand);
  Operand variable_variable();
  PhpValue array_literal(std::string_view close);
  PhpValue closure();
  PhpValue template_value(const std::string& raw);
  PhpValue binary(const std::string& op, const PhpValue& left, const PhpValue& right);
  bool too_deep();
  /// `names`: of those that are nothing but a variable, which the function may write to.
  std::vector<PhpValue> arguments(std::vector<std::string>* names = nullptr);
  void write_back(const std::string& function, const std::vector<PhpValue>& arguments,
                  const std::vector<std::string>& names);
  PhpValue member(const Operand& object);
  PhpValue indexed(const Operand& operand, const PhpValue& key) const;
  PhpValue read(const std::string& name);
  void assign(const Place& place, PhpValue value);

  // calls (php_calls.cpp)
  PhpValue call(const std::string& name, const std::vector<PhpValue>& arguments);
  PhpValue call_value(const PhpValue& callee, const std::vector<PhpValue>& arguments);
  PhpValue call_function(PhpFunction& function, const std::vector<PhpValue>& arguments);
  std::optional<PhpValue> source_call(const std::string& name, const std::vector<PhpValue>& arguments);
  void call_back(const std::string& name, const std::vector<PhpValue>& arguments);
  void check_sinks(const std::string& name, const std::vector<PhpValue>& arguments);
  void check_sink(const PhpSink& sink, const std::string& function, const std::vector<PhpValue>& arguments);
  void run_text(const PhpValue& code);
  void look_into_written(const std::vector<PhpValue>& arguments);
  void include(PhpValue file);
  void report(const PhpSink& sink, const std::string& function);

  const PhpToken& token(std::size_t ahead = 0) const;
  bool is_operator(std::string_view text, std::size_t ahead = 0) const;
  bool is_name(std::string_view text, std::size_t ahead = 0) const;
  bool eat(std::string_view op);
  bool exhausted();
  /// Counts work that does not show in tokens: copies of long texts and large arrays.
  void spend(std::size_t bytes) { program_.copied_bytes += bytes; }

  PhpProgram& program_;
  const std::vector<PhpToken>& tokens_;
  std::size_t at_ = 0;
  std::size_t end_;
  unsigned layer_;
  std::vector<std::size_t> matches_;
  std::vector<std::string> collected_;  ///< functions of this layer
  PhpScope* scope_ = nullptr;
  std::uint32_t block_ = 0;
  int depth_ = 0;
};

}  // namespace rescue::detect
