// complaint-reader NETWORK…: mails on standard input, each behind a line with its length in bytes; for each
// one line of JSON, with the time that reading it took.
#include <chrono>
#include <cstdio>
#include <iostream>
#include <string>

#include "rescue/complaint/complaint.hpp"

int main(int argc, char** argv) {
  const auto ours = rescue::complaint::Networks::parse({argv + 1, argv + argc});
  if (!ours) {
    std::cerr << ours.error().detail << '\n';
    return 2;
  }
  for (std::string line; std::getline(std::cin, line);) {
    std::string mail(std::stoul(line), '\0');
    if (!std::cin.read(mail.data(), static_cast<std::streamsize>(mail.size()))) return 2;
    const auto begun = std::chrono::steady_clock::now();
    auto out = rescue::complaint::to_json(rescue::complaint::read_complaint(mail, *ours));
    const auto took = std::chrono::steady_clock::now() - begun;
    out["took_us"] = std::chrono::duration_cast<std::chrono::microseconds>(took).count();
    std::cout << rescue::dump_json(out) << std::endl;
  }
  return 0;
}
