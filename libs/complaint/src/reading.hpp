#pragma once

#include <optional>

#include "mail.hpp"
#include "rescue/complaint/complaint.hpp"

namespace rescue::complaint {

/// The readers of the forms. Each fills `out`, whose subject and text are there already. What a form does not
/// tell beyond doubt is for a person.
struct Reading {
  const net::Networks& ours;
  Complaint out;

  Complaint to_person(ToPerson why);
  /// The server by an address; a person's where it is none of ours.
  bool accuse(std::string_view address);
};

Complaint read_arf(Reading reading, const Part& mail, const Part& report);
Complaint read_x_arf(Reading reading, std::string_view yaml);
/// `arf`: the feedback-report part around it, if there is one.
Complaint read_xarf(Reading reading, std::string_view json, const Part* arf);
Complaint read_free_form(Reading reading, const Part& mail);

/// Why it is no complaint at all, whatever stands in it: it came back, or nobody wrote it, or it cannot be
/// opened.
std::optional<ToPerson> no_complaint(const Part& mail);
/// The reporter's own number in a subject: "[Ticket#17]"; in lines: "Case ID: 17". "" where there is none, or
/// two.
std::string reference_in_subject(std::string_view subject);
std::string reference_in_lines(std::string_view text);
/// A number as a field gives it: at most 200 bytes; "" where it holds what is no printable ASCII.
std::string reference_in_field(std::string_view value);
/// The first `bytes` of it that end with a whole character.
std::string cut_utf8(std::string_view text, std::size_t bytes);

}  // namespace rescue::complaint
