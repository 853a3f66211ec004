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

std::vector<catalog::FileStamp> ContactsFile::stamps(const Contacts& contacts) const {
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
    const auto seen = stamps(*before);
    const std::lock_guard lock(mutex_);
    if (seen == stamps_) {
      broken_.reset();
      return false;
    }
  }
  // A change while it is read is seen at the next look, by the stamp of the contacts file or by what has
  // become of the secrets.
  const auto stamp = catalog::stamp_of(settings_->contacts_file);
  auto read = Contacts::load(*settings_);
  const std::lock_guard lock(mutex_);
  if (!read) {
    broken_ = read.error().detail;
    return fail(read.error());
  }
  broken_.reset();
  contacts_ = std::make_shared<const Contacts>(*std::move(read));
  stamps_ = stamps(*contacts_);
  stamps_.front() = stamp;
  return true;
}

std::optional<std::string> ContactsFile::broken() const {
  const std::lock_guard lock(mutex_);
  return broken_;
}

}  // namespace rescue::workflow
