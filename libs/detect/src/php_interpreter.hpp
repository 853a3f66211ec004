#pragma once

#include <functional>
#include <set>
#include <tuple>

#include "php_analysis.hpp"
#include "php_lexer.hpp"

namespace rescue::detect {

class PhpInterpreter;

/// A function of the analysed file and what its arguments do.
struct PhpFunction {
  std::vector<std::string> parameters;
  std::vector<std::size_t> defaults;  ///< of each parameter: where its value begins, or 0
  std::size_t begin = 0, end = 0;     ///< tokens of its body
  PhpInterpreter* owner = nullptr;    ///< who has these tokens
  bool decodes = false;  ///< worth being carried out: it works on letters, or calls what a variable names
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
  bool stale =
      false;  ///< known from an earlier look at the same code only: its origin counts, it holds nothing yet
};

struct PhpScope {
  std::unordered_map<std::string, PhpVariable> variables;
  std::set<std::string> imported;   ///< by "global": they stand for the file's own
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
  std::uint64_t carried_out = 0;  ///< steps of loops and calls whose values are known
  int running = 0;                ///< such calls within each other
  std::string_view source;        ///< the file's own text
  std::set<std::string> written;  ///< constant names of files that were given what others send
  PhpTaint revived = 0;  ///< of objects that unserialize() makes: where their properties may come from
  bool unpacks = true;   ///< decoded code is followed in turn
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
  void make_stale(const std::unordered_map<std::string, PhpVariable>* before);
  void skip_function();
  void match_brackets();
  std::size_t matching(std::size_t open);
  void parameters(std::size_t open, std::size_t close, PhpFunction& function) const;

  // what is known well enough to be carried out (php_running.cpp)
  struct Body {
    std::size_t begin = 0, end = 0, after = 0;
  };
  enum class Leave : std::uint8_t { kNone, kBreak, kContinue, kReturn };
  bool can_run() const;
  bool worth_running(std::size_t begin, std::size_t end) const;
  std::size_t statement_end(std::size_t at, int depth = 0);
  std::optional<Body> body_at(std::size_t at);
  PhpValue evaluate(std::size_t begin, std::size_t end);
  void carry_out(const Body& body);
  bool leaves_loop();
  bool for_loop();
  bool while_loop();
  bool foreach_loop();
  bool go_round(const Body& body, const std::function<std::optional<bool>()>& goes_on,
                const std::function<void()>& next);
  void branch();
  void skip_branches();
  void returns(PhpValue value);
  std::optional<PhpValue> run_function(PhpFunction& function, const std::vector<PhpValue>& arguments,
                                       int depth);

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
  PhpVariable* find(const std::string& name);
  PhpValue append_to_variable();
  std::optional<Operand> element_of_variable();
  PhpValue method(const PhpValue& object, const std::string& name, const std::vector<PhpValue>& given);
  void assign(const Place& place, PhpValue value);

  // calls (php_calls.cpp)
  PhpValue call(const std::string& name, const std::vector<PhpValue>& arguments);
  PhpValue call_value(const PhpValue& callee, const std::vector<PhpValue>& arguments);
  PhpValue call_function(PhpFunction& function, const std::vector<PhpValue>& arguments);
  std::optional<PhpValue> source_call(const std::string& name, const std::vector<PhpValue>& arguments);
  std::optional<PhpValue> call_back(const std::string& name, const std::vector<PhpValue>& arguments);
  std::optional<PhpValue> call_for_each(const std::string& name, const std::string& function,
                                        const PhpValue& list);
  PhpValue summary_of(const PhpFunction& function, const std::vector<PhpValue>& arguments) const;
  void keep_written(const std::string& name, const std::vector<PhpValue>& arguments);
  void check_sinks(const std::string& name, const std::vector<PhpValue>& arguments);
  void check_sink(const PhpSink& sink, const std::string& function, const std::vector<PhpValue>& arguments);
  void note_spelled(const PhpValue& value);
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
  int carrying_out_ = 0;  ///< loops and calls around this place that are carried out
  bool unsure_ = false;   ///< a branch was met that cannot be decided: nothing is left early any more
  Leave leave_ = Leave::kNone;
  std::optional<PhpValue> returned_;
};

}  // namespace rescue::detect
