#include "script_text.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include "word_finder.hpp"

namespace rescue::detect {
namespace {

constexpr int kMostInner = 4;  // texts of code in texts of code

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}
std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) { return lower(c); });
  return out;
}
bool in_word(char c) {
  const char l = lower(c);
  return (l >= 'a' && l <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}
bool is_page(ScriptLanguage language) {
  return language == ScriptLanguage::kAsp || language == ScriptLanguage::kAspNet ||
         language == ScriptLanguage::kJsp;
}

struct Extension {
  std::string_view name;
  ScriptLanguage language;
};
using enum ScriptLanguage;
constexpr std::array kExtensions = {
    Extension{"asp", kAsp},         Extension{"asa", kAsp},        Extension{"cer", kAsp},
    Extension{"cdx", kAsp},         Extension{"aspx", kAspNet},    Extension{"ashx", kAspNet},
    Extension{"asmx", kAspNet},     Extension{"asax", kAspNet},    Extension{"ascx", kAspNet},
    Extension{"soap", kAspNet},     Extension{"jsp", kJsp},        Extension{"jspx", kJsp},
    Extension{"jspf", kJsp},        Extension{"jspa", kJsp},       Extension{"cfm", kColdFusion},
    Extension{"cfml", kColdFusion}, Extension{"cfc", kColdFusion}, Extension{"pl", kPerl},
    Extension{"cgi", kPerl},        Extension{"py", kPython},      Extension{"rb", kRuby},
    Extension{"sh", kShell}};

/// Text in pages that is no code becomes its line ends, so that lines keep their numbers.
class PageCode {
 public:
  explicit PageCode(std::string_view text) : text_(text), low_(lower(text)) {}

  std::string take() {
    while (at_ < text_.size()) {
      const auto percent = next(0, "<%"), script = next(1, "<script"), jsp = next(2, "<jsp:"),
                 dollar = next(3, "${");
      const auto first = std::min({percent, script, jsp, dollar, text_.size()});
      skip_to(first);
      if (first == text_.size()) break;
      if (first == percent) {
        percent_code();
      } else if (first == dollar) {
        keep_between(2, "}");
      } else {
        element(first == jsp);
      }
    }
    return std::move(out_);
  }

 private:
  /// Where an opening comes up next; looked for again only once it lies behind, so that all of it is one
  /// pass.
  std::size_t next(std::size_t kind, std::string_view opening) {
    auto& known = next_[kind];
    if (known != text_.npos && (!looked_[kind] || known < at_)) known = low_.find(opening, at_);
    looked_[kind] = true;
    return known;
  }
  void skip_to(std::size_t end) {
    out_.append(static_cast<std::size_t>(std::count(text_.begin() + static_cast<std::ptrdiff_t>(at_),
                                                    text_.begin() + static_cast<std::ptrdiff_t>(end), '\n')),
                '\n');
    at_ = end;
  }
  void keep_between(std::size_t opening, std::string_view closing) {
    skip_to(std::min(at_ + opening, text_.size()));
    const auto end = std::min(low_.find(closing, at_), text_.size());
    out_ += text_.substr(at_, end - at_);
    out_ += " ;\n";
    at_ = std::min(end + closing.size(), text_.size());
  }
  void percent_code() {
    if (low_.compare(at_, 4, "<%--") == 0) return skip_to(std::min(low_.find("--%>", at_), text_.size()));
    const bool directive = low_.compare(at_, 3, "<%@") == 0;
    if (!directive)
      return keep_between(low_.compare(at_, 3, "<%!") == 0 || low_.compare(at_, 3, "<%=") == 0 ? 3 : 2, "%>");
    const auto end = std::min(low_.find("%>", at_), text_.size());
    const auto what = low_.substr(at_, end - at_);
    skip_to(std::min(end + 2, text_.size()));
    // A handler, a service or an application is a program after its first line.
    const bool program = what.find("webhandler") != what.npos || what.find("webservice") != what.npos ||
                         what.find("application") != what.npos;
    if (program && what.find("class") != what.npos) {
      out_ += text_.substr(at_);
      at_ = text_.size();
    }
  }
  void element(bool jsp) {
    const auto close = std::min(low_.find('>', at_), text_.size());
    const auto tag = low_.substr(at_, close - at_);
    const bool code = jsp ? tag.find("scriptlet") != tag.npos || tag.find("declaration") != tag.npos ||
                                tag.find("expression") != tag.npos
                          : tag.find("runat") != tag.npos;
    skip_to(std::min(close + 1, text_.size()));
    if (code) keep_between(0, jsp ? "</jsp:" : "</script");
  }

  std::string_view text_;
  std::string low_;
  std::array<std::size_t, 4> next_{};
  std::array<bool, 4> looked_{};
  std::size_t at_ = 0;
  std::string out_;
};

/// \u0065 in Java's and C#'s source is the letter itself, anywhere.
std::string with_letters(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 5 < text.size() && text[i + 1] == 'u') {
      unsigned value = 0;
      std::size_t digits = i + 1;
      while (digits < text.size() && text[digits] == 'u') ++digits;
      const auto start = digits;
      for (; digits < text.size() && digits < start + 4; ++digits) {
        const char c = lower(text[digits]);
        if (c >= '0' && c <= '9') {
          value = value * 16 + static_cast<unsigned>(c - '0');
        } else if (c >= 'a' && c <= 'f') {
          value = value * 16 + static_cast<unsigned>(c - 'a' + 10);
        } else {
          break;
        }
      }
      if (digits == start + 4 && value < 0x80) {
        out += static_cast<char>(value);
        i = digits - 1;
        continue;
      }
    }
    out += text[i];
  }
  return out;
}

class ScriptLexer {
 public:
  ScriptLexer(std::string_view text, ScriptLanguage language, bool basic)
      : text_(text), language_(language), basic_(basic) {}

  std::vector<ScriptToken> lex() {
    while (at_ < text_.size() && tokens_.size() < kScriptTokensMax) next();
    end_statement();
    return std::move(tokens_);
  }

 private:
  bool sees(std::string_view wanted) const { return text_.substr(at_, wanted.size()) == wanted; }
  bool c_like() const { return !basic_ && (is_page(language_) || language_ == kColdFusion); }
  bool hash_comments() const { return language_ >= kPerl; }
  bool lines_end() const {
    return basic_ || language_ == kPython || language_ == kShell || language_ == kRuby;
  }

  void add(ScriptToken::Kind kind, std::string text) { tokens_.push_back({kind, line_, std::move(text)}); }
  void end_statement() {
    if (tokens_.empty() || tokens_.back().kind != ScriptToken::Kind::kEnd) add(ScriptToken::Kind::kEnd, "");
  }
  void to_line_end() { at_ = std::min(text_.find('\n', at_), text_.size()); }

  void next() {
    const char c = text_[at_];
    if (c == '\n') {
      if (lines_end() && open_ == 0 && !continued()) end_statement();
      ++line_;
      ++at_;
    } else if (c == ' ' || c == '\t' || c == '\r') {
      ++at_;
    } else if (is_comment()) {
      comment();
    } else if (language_ == kPython && (sees("\"\"\"") || sees("'''"))) {
      long_text();
    } else if (language_ == kRuby && (sees("%x(") || sees("%x{") || sees("%x["))) {
      add(ScriptToken::Kind::kWord, "`");
      at_ += 2;
    } else if (c == '"' || (c == '`' && hash_comments()) || (c == '\'' && !basic_)) {
      quoted(c);
    } else if (in_word(c)) {
      word();
    } else if (c == ';' || (c == ':' && basic_) || (!lines_end() && (c == '{' || c == '}'))) {
      if (c == '{' || c == '}') add(ScriptToken::Kind::kMark, std::string(1, c));
      end_statement();
      ++at_;
    } else {
      if (language_ == kPython && (c == '(' || c == '[')) ++open_;
      if (language_ == kPython && (c == ')' || c == ']') && open_ > 0) --open_;
      if (c != '$' && c != '@' && !(c == '%' && language_ == kPerl))
        add(ScriptToken::Kind::kMark, std::string(1, c));
      ++at_;
    }
  }
  /// "_" at a line's end goes on in Basic.
  bool continued() {
    if (!basic_ || tokens_.empty() || tokens_.back().text != "_") return false;
    tokens_.pop_back();
    return true;
  }
  bool is_comment() const {
    if (basic_) return text_[at_] == '\'';
    if (c_like()) return sees("//") || sees("/*");
    if (language_ == kRuby && sees("#{")) return false;
    return hash_comments() && text_[at_] == '#' && (at_ == 0 || !in_word(text_[at_ - 1])) &&
           (at_ == 0 || text_[at_ - 1] != '$');
  }
  void comment() {
    if (!sees("/*")) return to_line_end();
    const auto end = std::min(text_.find("*/", at_ + 2), text_.size());
    line_ += static_cast<std::uint32_t>(std::count(text_.begin() + static_cast<std::ptrdiff_t>(at_),
                                                   text_.begin() + static_cast<std::ptrdiff_t>(end), '\n'));
    at_ = std::min(end + 2, text_.size());
  }
  /// Python's text over many lines, and what its functions say of themselves.
  void long_text() {
    const auto mark = text_.substr(at_, 3);
    const auto end = std::min(text_.find(mark, at_ + 3), text_.size());
    const auto value = text_.substr(at_ + 3, end - std::min(end, at_ + 3));
    add_string(std::string(value));
    line_ += static_cast<std::uint32_t>(std::count(value.begin(), value.end(), '\n'));
    at_ = std::min(end + 3, text_.size());
  }
  void quoted(char quote) {
    auto end = at_ + 1;
    // Looked for again only once it lies behind: a line may hold a million quotes.
    if (line_end_ <= at_) line_end_ = std::min(text_.find('\n', at_), text_.size());
    const bool multi = quote == '`' || language_ == kPerl || language_ == kShell;
    const auto limit = multi ? text_.size() : line_end_;
    std::string value;
    for (; end < limit; ++end) {
      if (basic_ && text_.substr(end, 2) == "\"\"")
        ++end;  // a quotation mark within
      else if (text_[end] == quote)
        break;
      else if (text_[end] == '\\' && !basic_ && end + 1 < limit && text_[++end] != quote)
        value += '\\';
      value += text_[end];
    }
    end = std::min(end, limit);
    if (quote == '`') add(ScriptToken::Kind::kWord, "`");
    const bool is_code = basic_ && !tokens_.empty() && value.size() > 20 && depth_ < kMostInner &&
                         (is_last("execute") || is_last("executeglobal"));
    const auto line = line_;
    add_string(is_code ? "" : value);
    line_ += static_cast<std::uint32_t>(std::count(text_.begin() + static_cast<std::ptrdiff_t>(at_),
                                                   text_.begin() + static_cast<std::ptrdiff_t>(end), '\n'));
    at_ = end < text_.size() && text_[end] == quote ? end + 1 : std::max(end, at_ + 1);
    if (is_code) run_text(value, line);
  }
  /// "ev" & "al" is one text.
  void add_string(std::string value) {
    const auto count = tokens_.size();
    const bool joins = count > 1 && tokens_[count - 1].kind == ScriptToken::Kind::kMark &&
                       (tokens_[count - 1].text == "&" || tokens_[count - 1].text == "+") &&
                       tokens_[count - 2].kind == ScriptToken::Kind::kString;
    if (!joins) return add(ScriptToken::Kind::kString, std::move(value));
    tokens_.pop_back();
    tokens_.back().text += value;
  }
  bool is_last(std::string_view name) const {
    const auto& last = tokens_.back();
    const bool bracket = last.kind == ScriptToken::Kind::kMark && last.text == "(" && tokens_.size() > 1;
    const auto& word = bracket ? tokens_[tokens_.size() - 2] : last;
    return word.kind == ScriptToken::Kind::kWord && word.text == name;
  }
  /// Code that stands in a text which is run: read in its place.
  void run_text(std::string_view code, std::uint32_t line) {
    end_statement();
    ScriptLexer inner(code, language_, basic_);
    inner.depth_ = depth_ + 1;
    inner.line_ = line;
    auto tokens = inner.lex();
    const auto room = kScriptTokensMax - std::min(kScriptTokensMax, tokens_.size());
    tokens.resize(std::min(tokens.size(), room));
    std::move(tokens.begin(), tokens.end(), std::back_inserter(tokens_));
  }
  void word() {
    auto end = at_;
    while (end < text_.size() && in_word(text_[end])) ++end;
    auto text = lower(text_.substr(at_, end - at_));
    at_ = end;
    if (basic_ && text == "rem") return to_line_end();
    add(ScriptToken::Kind::kWord, std::move(text));
  }

  std::string_view text_;
  ScriptLanguage language_;
  bool basic_;
  std::size_t at_ = 0;
  std::size_t line_end_ = 0;
  std::uint32_t line_ = 1;
  int open_ = 0;
  int depth_ = 0;
  std::vector<ScriptToken> tokens_;
};

/// A page in the middle of something else, a picture or a file of settings: by what only code on a server
/// says.
ScriptLanguage language_of_code(std::string_view text) {
  static const WordFinder java({"request.getparameter(", "request.getheader(", "getruntime().exec("});
  static const WordFinder basic({"eval request", "eval(request", "execute request", "execute(request",
                                 "executeglobal request", "executeglobal(request", "server.createobject(",
                                 "request.form(", "createobject(\"wscript.shell"});
  return java.any_in(text) ? kJsp : basic.any_in(text) ? kAsp : kNone;
}

}  // namespace

std::string_view to_string(ScriptLanguage language) {
  constexpr std::array<std::string_view, 9> kNames = {"",     "asp",    "aspx",  "jsp", "cfm",
                                                      "perl", "python", "shell", "ruby"};
  return kNames[static_cast<std::size_t>(language)];
}

ScriptLanguage script_language(std::string_view path, std::string_view text) {
  const auto slash = path.rfind('/');
  const auto name = lower(slash == path.npos ? path : path.substr(slash + 1));
  const auto dot = name.rfind('.');
  const auto head = lower(text.substr(0, 2000));
  const auto says = [&](std::string_view word) { return head.find(word) != head.npos; };
  ScriptLanguage found = kNone;
  if (dot != name.npos) {
    for (const auto& extension : kExtensions) {
      if (name.substr(dot + 1) == extension.name) found = extension.language;
    }
  }
  if (head.starts_with("#!")) {
    const auto line = head.substr(0, head.find('\n'));
    const auto calls = [&](std::string_view word) { return line.find(word) != line.npos; };
    if (calls("perl")) return kPerl;
    if (calls("python")) return kPython;
    if (calls("ruby")) return kRuby;
    if (calls("sh")) return kShell;
  }
  // C# under a name of ASP.
  if (found == kAsp && says("<%@") && (says("\"c#\"") || says("import namespace"))) return kAspNet;
  if (found != kNone) return found;
  // A page under another name ("x.asp;.jpg", a text): only where it says what it is.
  if (name.find(".asp;") != name.npos || name.find(".asp.") != name.npos) return kAsp;
  if (says("<%@") && (says("java") || says("import=\""))) return kJsp;
  if (says("<%@") &&
      (says("c#") || says("webhandler") || says("webservice") || says("jscript") || says("page")))
    return kAspNet;
  const bool asp = says("<%eval") || says("<%execute") || says("<% eval") || says("<% execute") ||
                   says("vbscript") || says("server.createobject");
  if (asp && says("<%")) return kAsp;
  if (says("<cfexecute") || says("<cfset")) return kColdFusion;
  return text.find("<%") == text.npos ? kNone : language_of_code(text);
}

bool speaks_to_web(std::string_view text, ScriptLanguage language) {
  if (language < kPerl) return true;
  static const WordFinder finder(
      {"content-type: t",  "content-type:t", "content_length", "query_string",  "request_method",
       "cgi.fieldstorage", "use cgi",        "cgi.new",        "require 'cgi'", "require \"cgi\"",
       "import cgi",       "wsgi",           "from flask",     "from django",   "httprequesthandler",
       "sinatra",          "tornado.web",    "webrick",        "mod_perl",      "apache2::"});
  return finder.any_in(text);
}

std::vector<ScriptToken> lex_script(std::string_view text, ScriptLanguage language) {
  if (!is_page(language)) return ScriptLexer(text, language, false).lex();
  const auto head = lower(text);
  const auto begins = head.find("<%@");
  const auto directive = begins == head.npos ? "" : head.substr(begins, head.find("%>", begins) - begins);
  const auto in_directive = [&](std::string_view word) { return directive.find(word) != directive.npos; };
  const bool jscript = in_directive("jscript") || in_directive("javascript") || in_directive("c#") ||
                       (head.find("language=javascript") != head.npos && head.find("runat") != head.npos);
  const bool says_basic = head.find("language=\"vb") != head.npos || head.find("language='vb") != head.npos ||
                          head.find("language=vb") != head.npos;
  const bool basic = (language == kAsp && !jscript) || (language == kAspNet && says_basic);
  const auto code = PageCode(language == kAsp ? std::string(text) : with_letters(text)).take();
  return ScriptLexer(code, language, basic).lex();
}

}  // namespace rescue::detect
