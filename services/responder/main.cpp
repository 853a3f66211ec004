#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include "app.hpp"

int main(int argc, char** argv) {
  try {
    return rescue::responder::run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    std::cerr << "rescue-responder: " << error.what() << '\n';
    return rescue::responder::kFailed;
  }
}
