#include "notices/contacts_file.hpp"

#include <stdexcept>

namespace rescue::workflow {

ContactsFile::ContactsFile(const NoticeSettings& settings)
    : settings_(&settings), contacts_(std::make_shared<const Contacts>()) {
  if (const auto read = refresh(); !read) throw std::runtime_error(read.error().detail);
}

std::shared_ptr<const Contacts> ContactsFile::current() const {
  const std::lock_guard lock(mutex_);
  return contacts_;
}

std::vector<catalog::FileStamp> ContactsFile::present_stamps(const Contacts& contacts) const {
  std::vector<catalog::FileStamp> out{catalog::stamp_of(settings_->contacts_file)};
  for (const auto& [id, endpoint] : contacts.endpoints()) {
    out.push_back(catalog::stamp_of(endpoint.secrets_file));
  }
  return out;
}

Result<bool> ContactsFile::refresh() {
  if (settings_->contacts_file.empty()) return false;
  const auto before = current();
  {
    const auto seen = present_stamps(*before);
    const std::lock_guard lock(mutex_);
    if (seen == stamps_) {
      broken_.reset();
      return false;
    }
  }
  // Every stamp is from before the reading: a change meanwhile is seen at the next look.
  std::vector<catalog::FileStamp> stamps{catalog::stamp_of(settings_->contacts_file)};
  auto read = Contacts::load(*settings_);
  if (read) {
    for (const auto& [id, endpoint] : read->endpoints()) stamps.push_back(endpoint.secrets_stamp);
  }
  const std::lock_guard lock(mutex_);
  if (!read) {
    broken_ = read.error().detail;
    return fail(read.error());
  }
  broken_.reset();
  contacts_ = std::make_shared<const Contacts>(*std::move(read));
  stamps_ = std::move(stamps);
  return true;
}

std::optional<std::string> ContactsFile::broken() const {
  const std::lock_guard lock(mutex_);
  return broken_;
}

}  // namespace rescue::workflow
