// complaint-reader NETWORK…: mails on standard input, each behind a line with its length in bytes; for each
// one line of JSON, with the time that reading it took.
#include <ctime>
#include <iostream>
#include <string>

#include "rescue/complaint/complaint.hpp"

int main(int argc, char** argv) {
  const auto ours = rescue::net::Networks::parse({argv + 1, argv + argc});
  if (!ours) {
    std::cerr << ours.error().detail << '\n';
    return 2;
  }
  for (std::string line; std::getline(std::cin, line);) {
    std::string mail(std::stoul(line), '\0');
    if (!std::cin.read(mail.data(), static_cast<std::streamsize>(mail.size()))) return 2;
    const auto begun = std::clock();
    auto out = rescue::complaint::to_json(rescue::complaint::read_complaint(mail, *ours));
    out["took_us"] = (std::clock() - begun) * 1'000'000 / CLOCKS_PER_SEC;
    std::cout << rescue::dump_json(out) << std::endl;
  }
  return 0;
}
