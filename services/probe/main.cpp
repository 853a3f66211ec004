#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include "app.hpp"

int main(int argc, char** argv) {
  try {
    return rescue::probe::run({argv + 1, argv + argc}, std::cout, std::cerr);
  } catch (const std::exception& error) {
    std::cerr << "rescue-probe: " << error.what() << '\n';
    return rescue::probe::kFailed;
  }
}
