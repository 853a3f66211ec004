#include <cstdlib>
#include <iostream>

#include "program.hpp"

int main(int argc, char** argv) {
  const auto environment = [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  };
  try {
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    return rescue::ctl::run_program(arguments, environment, std::cout, std::cerr);
  } catch (const std::exception& error) {
    std::cerr << "rescuectl: " << error.what() << "\n";
    return 1;
  }
}
