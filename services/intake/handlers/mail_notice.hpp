#pragma once

#include "handlers/notice.hpp"

namespace rescue::intake {

bool is_mail(const http::Request& request);
/// A complaint as it came to the abuse desk. What cannot be read with certainty is for a person:
/// `for_person`. kForbidden ("role-not-allowed") for the web form, which speaks for customers.
Result<Notice> read_mail_notice(const net::Networks& ours, const http::Request& request);

}  // namespace rescue::intake
