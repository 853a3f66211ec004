// The one place, with charsets.cpp, that knows GMime (3.2). Its objects live within parse_mail.
#include "mail.hpp"

#include <gmime/gmime.h>

#include <algorithm>
#include <memory>
#include <mutex>

#include "charsets.hpp"
#include "rescue/base/ascii.hpp"

namespace rescue::complaint {
namespace {

constexpr int kDepthMax = 12;
constexpr std::size_t kPartsMax = 100;
/// Boundaries, and lines that somebody drew.
constexpr std::size_t kDashedLinesMax = 3'000;
constexpr std::size_t kHeadersMax = 500;

struct Unref {
  void operator()(gpointer object) const { g_object_unref(object); }
};
template <class T>
using Owned = std::unique_ptr<T, Unref>;

void start_library() {
  static std::once_flag once;
  std::call_once(once, [] { g_mime_init(); });
}

/// How often a part can begin, and be of a type of its own: looked at before the library, which goes down
/// into parts by recursion, sees the mail.
bool is_simple(std::string_view raw) {
  const auto lower = lower_ascii(raw);
  const auto count = [&](std::string_view what) {
    std::size_t seen = 0;
    for (std::size_t at = 0; (at = lower.find(what, at)) != std::string::npos; at += what.size()) ++seen;
    return seen;
  };
  return count("content-type") <= 2 * kPartsMax && count("\n--") <= kDashedLinesMax;
}

std::string unfolded(std::string_view raw) {
  std::string out;
  for (const char c : raw) {
    if (c == '\r' || c == '\n') continue;
    out += c == '\t' ? ' ' : c;
  }
  const auto begin = out.find_first_not_of(' ');
  if (begin == std::string::npos) return {};
  return out.substr(begin, out.find_last_not_of(' ') + 1 - begin);
}

std::string decoded(std::string_view raw) {
  const auto text = to_utf8(unfolded(raw), "");
  if (text.find("=?") == std::string::npos) return text;
  const std::unique_ptr<char, decltype(&g_free)> out(g_mime_utils_header_decode_text(nullptr, text.c_str()),
                                                     &g_free);
  return out ? to_utf8(out.get(), "") : text;
}

void add_headers(Headers& out, GMimeObject* object) {
  GMimeHeaderList* list = g_mime_object_get_header_list(object);
  const int count = g_mime_header_list_get_count(list);
  for (int i = 0; i < count && out.size() < kHeadersMax; ++i) {
    GMimeHeader* one = g_mime_header_list_get_header_at(list, i);
    const char* name = g_mime_header_get_name(one);
    const char* value = g_mime_header_get_raw_value(one);
    if (name != nullptr && value != nullptr) out.push_back({lower_ascii(name), decoded(value)});
  }
}

std::string parameter(GMimeContentType* type, const char* name) {
  const char* value = type == nullptr ? nullptr : g_mime_content_type_get_parameter(type, name);
  return value == nullptr ? std::string() : lower_ascii(value);
}

std::string content_of(GMimePart* part) {
  GMimeDataWrapper* content = g_mime_part_get_content(part);
  if (content == nullptr) return {};
  const Owned<GMimeStream> out(g_mime_stream_mem_new());
  g_mime_data_wrapper_write_to_stream(content, out.get());
  const GByteArray* bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(out.get()));
  return bytes == nullptr ? std::string()
                          : std::string(reinterpret_cast<const char*>(bytes->data), bytes->len);
}

/// Copies the library's tree into ours.
class Copier {
 public:
  explicit Copier(std::string_view raw) : raw_(raw) {}

  /// False: there is more of it than there may be.
  bool copy(GMimeObject* object, Part& out, int depth) {
    if (depth > kDepthMax || ++parts_ > kPartsMax) return false;
    read_type(object, out);
    add_headers(out.headers, object);
    if (GMIME_IS_MULTIPART(object)) return copy_parts(GMIME_MULTIPART(object), out, depth);
    if (GMIME_IS_MESSAGE_PART(object)) {
      GMimeMessage* message = g_mime_message_part_get_message(GMIME_MESSAGE_PART(object));
      out.form = Part::Form::kMessage;
      return message == nullptr || copy_message(message, out.parts.emplace_back(), depth + 1);
    }
    if (GMIME_IS_PART(object)) read_leaf(GMIME_PART(object), out);
    return true;
  }

  bool copy_message(GMimeMessage* message, Part& out, int depth) {
    add_headers(out.headers, GMIME_OBJECT(message));
    GMimeObject* body = g_mime_message_get_mime_part(message);
    return body == nullptr || copy(body, out, depth);
  }

 private:
  static void read_type(GMimeObject* object, Part& out) {
    GMimeContentType* type = g_mime_object_get_content_type(object);
    if (type == nullptr) return;
    const char* media = g_mime_content_type_get_media_type(type);
    const char* sub = g_mime_content_type_get_media_subtype(type);
    if (media != nullptr && sub != nullptr) out.type = lower_ascii(std::string(media) + "/" + sub);
    out.report_type = parameter(type, "report-type");
    const char* disposition = g_mime_object_get_disposition(object);
    out.attachment = disposition != nullptr && lower_ascii(disposition) == "attachment";
  }

  bool copy_parts(GMimeMultipart* multipart, Part& out, int depth) {
    out.form = Part::Form::kMultipart;
    const char* boundary = g_mime_multipart_get_boundary(multipart);
    out.whole =
        boundary != nullptr && raw_.find("--" + std::string(boundary) + "--") != std::string_view::npos;
    const int count = g_mime_multipart_get_count(multipart);
    if (count > static_cast<int>(kPartsMax)) return false;
    for (int i = 0; i < count; ++i) {
      if (!copy(g_mime_multipart_get_part(multipart, i), out.parts.emplace_back(), depth + 1)) return false;
    }
    return true;
  }

  static void read_leaf(GMimePart* part, Part& out) {
    const char* name = g_mime_part_get_filename(part);
    if (name != nullptr) out.filename = lower_ascii(to_utf8(name, ""));
    const auto type = g_mime_object_get_content_type(GMIME_OBJECT(part));
    out.text = to_utf8(content_of(part), out.type.starts_with("text/") ? parameter(type, "charset") : "");
  }

  std::string_view raw_;
  std::size_t parts_ = 0;
};

}  // namespace

std::optional<Part> parse_mail(std::string_view raw) {
  if (!is_simple(raw)) return std::nullopt;
  start_library();
  const auto tame = without_odd_charsets(raw);
  const Owned<GMimeStream> stream(g_mime_stream_mem_new_with_buffer(tame.data(), tame.size()));
  const Owned<GMimeParser> parser(g_mime_parser_new_with_stream(stream.get()));
  const Owned<GMimeMessage> message(g_mime_parser_construct_message(parser.get(), nullptr));
  Part root;
  if (!message) return root;
  Copier copier(tame);
  if (!copier.copy_message(message.get(), root, 0)) return std::nullopt;
  return root;
}

std::string_view header(const Headers& headers, std::string_view name) {
  const auto it =
      std::find_if(headers.begin(), headers.end(), [&](const Header& one) { return one.name == name; });
  return it == headers.end() ? std::string_view() : std::string_view(it->value);
}

std::vector<std::string> all_headers(const Headers& headers, std::string_view name) {
  std::vector<std::string> out;
  for (const auto& one : headers) {
    if (one.name == name) out.push_back(one.value);
  }
  return out;
}

Headers parse_header_text(std::string_view text) {
  Headers out;
  while (!text.empty() && out.size() < kHeadersMax) {
    const auto end = std::min(text.find('\n'), text.size());
    auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() && out.empty()) continue;
    if (line.empty()) break;
    if ((line.front() == ' ' || line.front() == '\t') && !out.empty()) {
      out.back().value += " " + decoded(line);
      continue;
    }
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0) continue;
    auto name = line.substr(0, colon);
    while (name.ends_with(' ')) name.remove_suffix(1);
    out.push_back({lower_ascii(name), decoded(line.substr(colon + 1))});
  }
  for (auto& one : out) {
    if (one.value.starts_with(' ')) one.value.erase(0, 1);
  }
  return out;
}

}  // namespace rescue::complaint
