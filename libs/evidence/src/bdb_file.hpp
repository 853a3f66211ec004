#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "bytes_at.hpp"
#include "paged_file.hpp"

namespace rescue::evidence {

/// Reads the pairs of a Berkeley DB file, hash or B-tree (db_page.h of Berkeley DB 4 and 5), of either order
/// of bytes, without Berkeley DB: page by page as they lie there, so that no chain is trusted. What lies on
/// pages of their own is followed; no page belongs to two pairs, so that loops end.
class BdbFile {
 public:
  /// kNotFound; kCorrupt when it is none, or encrypted; kTooLarge above 4 GiB.
  /// `time_is_up`, where there is one, is asked at every page; what was left out is damage.
  static Result<BdbFile> open(const SafeRoot& root, const std::string& path,
                              const std::function<bool()>& time_is_up = {});

  /// Until `visit` answers false. Views die with the call.
  void each_pair(const std::function<bool(std::string_view key, std::string_view value)>& visit);
  const OrderedBytes& order() const { return order_; }
  const PageDamage& damage() const { return damage_; }
  const FileInfo& info() const { return file_.info(); }

 private:
  BdbFile(PagedFile file, OrderedBytes order, std::uint32_t last, std::function<bool()> time_is_up)
      : file_(std::move(file)), order_(order), last_(last), time_is_up_(std::move(time_is_up)) {}
  struct Item {
    bool wanted = false;         ///< holds bytes that could be read
    std::string_view here = {};  ///< within the page
    std::string elsewhere = {};  ///< gathered from others
    std::string_view bytes() const { return elsewhere.empty() ? here : elsewhere; }
    std::size_t room = 0;  ///< of the page that it takes
  };
  bool take_page(std::uint32_t number, const std::string& page,
                 const std::function<bool(std::string_view, std::string_view)>& visit);
  Item hash_item(std::uint32_t number, std::string_view page, std::size_t begin, std::size_t end);
  Item tree_item(std::uint32_t number, std::string_view page, std::size_t begin);
  Item from_other_pages(std::uint32_t number, std::uint32_t first, std::uint64_t bytes);
  Item damaged(std::uint32_t number, const char* what);

  PagedFile file_;
  OrderedBytes order_;
  std::uint32_t last_;  // page
  std::function<bool()> time_is_up_;
  std::vector<bool> followed_;
  PageDamage damage_;
};

}  // namespace rescue::evidence
