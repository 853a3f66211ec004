#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "refanged.hpp"
#include "rescue/catalog/contracts.hpp"

namespace rescue::complaint {

struct FoundUrl {
  std::string url;
  catalog::ServerKey host;
  bool defanged = false;
  std::size_t begin = 0, end = 0;
};

/// The http or https URL that the whole text is: at most 2048 bytes, with a host that can be asked for.
std::optional<FoundUrl> read_url(std::string_view text);
/// All of a text, in order, each once.
std::vector<FoundUrl> find_urls(const Refanged& text);

}  // namespace rescue::complaint
