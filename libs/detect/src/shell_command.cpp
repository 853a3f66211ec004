#include "shell_command.hpp"

#include <algorithm>
#include <iterator>

namespace rescue::detect {
namespace {

constexpr std::size_t kMostBytes = 64 * 1024;
constexpr int kMostDepth = 16;

std::string_view last_component(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == path.npos ? path : path.substr(slash + 1);
}

/// Programs that run the rest of their line.
bool is_wrapper(std::string_view program) {
  static constexpr std::string_view kWrappers[] = {
      "sudo", "nohup", "env",  "exec", "nice", "ionice", "timeout", "time",    "setsid", "command", "builtin",
      "doas", "then",  "else", "do",   "if",   "while",  "stdbuf",  "chronic", "!",      "{"};
  return std::find(std::begin(kWrappers), std::end(kWrappers), program) != std::end(kWrappers);
}

bool is_assignment(std::string_view word) {
  const auto equals = word.find('=');
  if (equals == word.npos || equals == 0) return false;
  return std::all_of(word.begin(), word.begin() + static_cast<std::ptrdiff_t>(equals), [](char c) {
    const char lower = static_cast<char>(c | 0x20);
    return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

bool is_shell(std::string_view program) {
  return program == "sh" || program == "bash" || program == "dash" || program == "ash" || program == "zsh" ||
         program == "ksh" || program == "su" || program == "busybox";
}

/// Takes wrappers, their options and assignments off the front.
void strip_wrappers(std::vector<std::string>& words) {
  std::size_t start = 0;
  bool wrapped = false;
  while (start < words.size()) {
    const auto& word = words[start];
    const auto name = last_component(word);
    const bool number = wrapped && !word.empty() && word.find_first_not_of("0123456789smhd.") == word.npos;
    if (is_wrapper(name)) {
      wrapped = true;
    } else if (!is_assignment(word) && !(wrapped && word.starts_with('-')) && !number) {
      break;
    }
    ++start;
  }
  words.erase(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(start));
}

class ShellParser {
 public:
  ShellParser(std::string_view text, int depth, std::size_t& budget)
      : text_(text.substr(0, std::min(kMostBytes, budget))), depth_(depth), budget_(budget) {
    budget_ -= text_.size();
  }

  std::vector<ShellPipeline> parse() {
    while (at_ < text_.size()) step();
    end_pipeline();
    return std::move(pipelines_);
  }

 private:
  void step() {
    const char c = text_[at_];
    const char next = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
    if (c == ' ' || c == '\t') {
      end_word();
      ++at_;
    } else if (c == '#' && !in_word_) {
      at_ = std::min(text_.find('\n', at_), text_.size());
    } else if (c == '\n' || c == ';' || c == '\r') {
      end_pipeline();
      ++at_;
    } else if (c == '|' || c == '&') {
      separator(c, next);
    } else if (c == '>' || c == '<') {
      redirect(c, next);
    } else if (c == '(') {
      end_pipeline();
      groups_.push_back(pipelines_.size());
      ++at_;
    } else if (c == ')') {
      end_group();
    } else {
      word_part(c, next);
    }
  }

  /// A subshell's commands stand for themselves; where its output is piped on, they also feed what follows.
  void end_group() {
    end_pipeline();
    ++at_;
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
    const bool piped = at_ + 1 < text_.size() && text_[at_] == '|' && text_[at_ + 1] != '|';
    if (piped && !groups_.empty()) {
      ShellCommand group;
      const auto first = pipelines_.begin() + static_cast<std::ptrdiff_t>(groups_.back());
      group.given.assign(std::make_move_iterator(first), std::make_move_iterator(pipelines_.end()));
      pipelines_.erase(first, pipelines_.end());
      pipeline_.commands.push_back(std::move(group));
    }
    if (!groups_.empty()) groups_.pop_back();
  }

  void separator(char c, char next) {
    if (c == '&' && next == '>') {  // &> file
      end_word();
      at_ += 2;
      to_file_ = true;
      return;
    }
    const bool doubled = c == next;
    if (c == '|' && !doubled) {
      end_command();
      at_ += next == '&' ? 2 : 1;
      return;
    }
    end_pipeline();
    at_ += doubled ? 2 : 1;
  }

  void redirect(char c, char next) {
    if (next == '(') {  // process substitution
      in_word_ = true;
      ++at_;
      substitute();
      return;
    }
    if (!word_.empty() && word_.find_first_not_of("0123456789") == word_.npos) {  // 2>
      word_.clear();
      in_word_ = false;
    }
    end_word();
    ++at_;
    while (at_ < text_.size() && (text_[at_] == c || text_[at_] == '|')) ++at_;
    if (at_ < text_.size() && text_[at_] == '&') {  // >&2; but >& file
      ++at_;
      while (at_ < text_.size() && (text_[at_] == '-' || (text_[at_] >= '0' && text_[at_] <= '9'))) ++at_;
      return;
    }
    (c == '>' ? to_file_ : from_file_) = true;
  }

  void word_part(char c, char next) {
    in_word_ = true;
    if (c == '\'') {
      const auto end = std::min(text_.find('\'', at_ + 1), text_.size());
      word_ += text_.substr(at_ + 1, end - at_ - 1);
      at_ = std::min(end + 1, text_.size());
    } else if (c == '"') {
      double_quoted();
    } else if (c == '\\') {
      if (next != '\n' && next != '\0') word_ += next;
      at_ += 2;
    } else if (c == '`' || (c == '$' && next == '(')) {
      if (c == '$') ++at_;
      substitute();
    } else {
      word_ += c;
      ++at_;
    }
  }

  void double_quoted() {
    ++at_;
    while (at_ < text_.size() && text_[at_] != '"') {
      const char c = text_[at_];
      const char next = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
      if (c == '\\' && next != '\0') {
        word_ += next;
        at_ += 2;
      } else if (c == '`' || (c == '$' && next == '(')) {
        if (c == '$') ++at_;
        substitute();
      } else {
        word_ += c;
        ++at_;
      }
    }
    ++at_;
  }

  /// At a "`" or "(": parses up to its end as commands of their own; the word keeps the raw text.
  void substitute() {
    const auto start = at_ + 1;
    std::size_t end = start;
    if (text_[at_] == '`') {
      while (end < text_.size() && text_[end] != '`') end += text_[end] == '\\' ? 2 : 1;
    } else {
      int open = 1;
      char quote = 0;
      for (; end < text_.size(); ++end) {
        const char c = text_[end];
        if (quote != 0) {
          if (c == quote) quote = 0;
        } else if (c == '\'' || c == '"') {
          quote = c;
        } else if (c == '(') {
          ++open;
        } else if (c == ')' && --open == 0) {
          break;
        }
      }
    }
    end = std::min(end, text_.size());
    const auto inner = text_.substr(std::min(start, end), end - std::min(start, end));
    command_.substitutions.emplace_back(inner);
    add_nested(inner, command_.substituted);
    word_ += inner;
    at_ = std::min(end + 1, text_.size());
  }

  void add_nested(std::string_view text, std::vector<ShellPipeline>& to) const {
    if (depth_ >= kMostDepth) return;
    for (auto& pipeline : ShellParser(text, depth_ + 1, budget_).parse()) to.push_back(std::move(pipeline));
  }

  void end_word() {
    if (!in_word_) return;
    if (to_file_) {
      command_.redirects.push_back(std::move(word_));
    } else if (!from_file_) {
      command_.words.push_back(std::move(word_));
    }
    word_.clear();
    in_word_ = to_file_ = from_file_ = false;
  }

  void end_command() {
    end_word();
    strip_wrappers(command_.words);
    const auto program = command_.program();
    for (std::size_t i = 1; i + 1 < command_.words.size() && is_shell(program); ++i) {
      const auto& option = command_.words[i];
      if (option.starts_with('-') && !option.starts_with("--") && option.ends_with('c')) {
        add_nested(command_.words[i + 1], command_.given);
      }
    }
    if (program == "eval") {
      std::string text;
      for (std::size_t i = 1; i < command_.words.size(); ++i) text += command_.words[i] + " ";
      add_nested(text, command_.given);
    }
    if (!command_.words.empty() || !command_.substituted.empty() || !command_.redirects.empty()) {
      pipeline_.commands.push_back(std::move(command_));
    }
    command_ = {};
  }

  void end_pipeline() {
    end_command();
    if (!pipeline_.commands.empty()) pipelines_.push_back(std::move(pipeline_));
    pipeline_ = {};
  }

  std::string_view text_;
  int depth_;
  std::size_t& budget_;  ///< bytes that may still be parsed, nested texts counted again
  std::size_t at_ = 0;
  std::string word_;
  bool in_word_ = false, to_file_ = false, from_file_ = false;
  ShellCommand command_;
  ShellPipeline pipeline_;
  std::vector<ShellPipeline> pipelines_;
  std::vector<std::size_t> groups_;  ///< where each open subshell's pipelines begin
};

}  // namespace

std::string_view ShellCommand::program() const {
  return words.empty() ? std::string_view() : last_component(words[0]);
}

std::vector<ShellPipeline> parse_shell(std::string_view text) {
  std::size_t budget = 16 * kMostBytes;
  return ShellParser(text, 0, budget).parse();
}

}  // namespace rescue::detect
