#include "fuzz_input.hpp"
#include "web_settings.hpp"

using namespace rescue;  // NOLINT(google-build-using-namespace): a program of one function

void fuzz_one(std::string_view input) {
  for (const std::string path : {"/var/www/.htaccess", "/var/www/.user.ini"}) {
    const auto settings = detect::read_web_settings(path, input);
    (void)detect::faults_of(path, settings);
    detect::CodeBySetting code;
    code.add(path, settings);
    (void)code.is_code("/var/www/a/b.jpg");
  }
}
