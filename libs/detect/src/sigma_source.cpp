#include "sigma_source.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <vector>

namespace rescue::detect {
namespace {

/// Which of our views a Sigma category is.
struct Category {
  std::string_view name;
  SigmaView view;
};
constexpr Category kCategories[] = {
    {"webserver", SigmaView::kRequest},    {"process_creation", SigmaView::kProcess},
    {"file_event", SigmaView::kFileMade},  {"file_create", SigmaView::kFileMade},
    {"file_delete", SigmaView::kFileGone}, {"network_connection", SigmaView::kConnection},
};

constexpr std::string_view kProducts[] = {"", "linux", "unix", "apache", "nginx", "modsecurity"};

/// How a service's lines are known where its name is not simply the program's or a part of the log's path.
struct Service {
  std::string_view name;
  std::vector<std::string_view> programs;
  std::vector<std::string_view> paths;  ///< parts of the log's path
};
const std::vector<Service>& services() {
  static const std::vector<Service> table = {
      {"auth",
       {"sshd", "sshd-session", "sudo", "su", "login", "useradd", "usermod", "userdel", "groupadd", "gpasswd",
        "passwd", "chpasswd", "pkexec", "polkitd", "systemd-logind"},
       {"/auth.log", "/secure"}},
      {"sshd", {"sshd", "sshd-session", "sshd-auth"}, {}},
      {"cron", {"cron", "crond", "crontab", "anacron", "atd"}, {"/cron"}},
      {"apache", {"apache", "apache2", "httpd"}, {"apache", "httpd"}},
      {"clamav", {"clamd", "freshclam", "clamscan", "clamav"}, {"clam"}},
      {"guacamole", {"guacd", "guacamole", "tomcat", "tomcat9", "tomcat10"}, {"guac", "tomcat"}},
      {"modsecurity", {"modsecurity"}, {"modsec"}},
  };
  return table;
}

std::string small(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

bool is_syslog(const evidence::Event& event) {
  return !event.program.empty() && event.program != "audit";
}

bool speaks(std::string_view service, const evidence::Event& event, std::string_view path) {
  if (service == "syslog") return is_syslog(event);
  if (service == "modsecurity" && event.excerpt.find("ModSecurity") != std::string_view::npos) return true;
  const auto program = small(event.program);
  const auto known = std::find_if(services().begin(), services().end(), [&](const Service& s) {
    return s.name == (service == "authpriv" ? "auth" : service);
  });
  if (known == services().end()) return program == service || path.find(service) != path.npos;
  return std::find(known->programs.begin(), known->programs.end(), program) != known->programs.end() ||
         std::any_of(known->paths.begin(), known->paths.end(),
                     [&](auto part) { return path.find(part) != path.npos; });
}

bool is_raw(SigmaView view) {
  return view == SigmaView::kLine || view == SigmaView::kRequest || view == SigmaView::kAudit;
}

/// A product that is one program is as good as its service.
std::string_view service_of(const sigma::LogSource& source) {
  const bool system = source.product.empty() || source.product == "linux" || source.product == "unix";
  return system ? std::string_view(source.service) : std::string_view(source.product);
}

}  // namespace

std::string why_not_read(const sigma::LogSource& source) {
  if (source.product.empty() && source.category.empty() && source.service.empty())
    return "it names no log source";
  if (std::find(std::begin(kProducts), std::end(kProducts), source.product) == std::end(kProducts))
    return "its product, " + source.product + ", is none that a Linux server's logs tell of";
  if (source.category.empty()) return "";
  const bool known = std::any_of(std::begin(kCategories), std::end(kCategories),
                                 [&](const Category& c) { return c.name == source.category; });
  return known ? "" : "its category, " + source.category + ", is none of the logs that are read";
}

bool may_be_about(const sigma::LogSource& source, SigmaView view) {
  if (!source.category.empty()) {
    return std::any_of(std::begin(kCategories), std::end(kCategories),
                       [&](const Category& c) { return c.name == source.category && c.view == view; });
  }
  const auto service = service_of(source);
  if (service.empty()) return is_raw(view);
  return (service == "auditd") == (view == SigmaView::kAudit) && is_raw(view);
}

bool is_about(const sigma::LogSource& source, SigmaView view, const evidence::Event& event,
              const Scene& scene) {
  if (!may_be_about(source, view)) return false;
  const auto service = service_of(source);
  if (service.empty() || !is_raw(view) || view == SigmaView::kAudit) return true;
  return speaks(service, event, event.file < scene.log_paths.size() ? scene.log_paths[event.file] : "");
}

}  // namespace rescue::detect
