#pragma once

#include <string>
#include <string_view>

namespace rescue::complaint {

/// What a reader would see of an HTML page: no scripts, styles, comments or tags; entities as characters; a
/// line for each block. In one pass, however broken the page.
std::string html_text(std::string_view html);

}  // namespace rescue::complaint
