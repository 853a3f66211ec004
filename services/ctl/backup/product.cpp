#include "backup/product.hpp"

#include "rescue/config/source.hpp"
#include "rescue/service/service.hpp"

namespace rescue::ctl {
namespace {

tl::unexpected<Error> in_settings(const std::string& service, const Error& error) {
  return fail(ErrorCode::kInvalid, "bad-config", "settings of " + service + ": " + error.detail);
}

}  // namespace

const std::vector<std::string>& service_names() {
  static const std::vector<std::string> names = {"intake", "workflow", "pricing", "worker"};
  return names;
}

Result<Product> read_product(const Arguments& given) {
  Product product;
  for (const auto& service : service_names()) {
    auto source = config::Source::load(service, given.option("--" + service));
    if (!source) return in_settings(service, source.error());
    const auto common = service::read_common(*source, service, 0, 0);
    if (service == "worker") product.evidence_dir = source->required_text("evidence.dir");
    if (const auto read = source->finish_part(); !read) return in_settings(service, read.error());
    product.services.push_back({service, common.database_url, common.redis});
  }
  return product;
}

}  // namespace rescue::ctl
