#include "app.hpp"

int main(int argc, char** argv) {
  return rescue::service::run_main([&] { return rescue::workflow::run(argc, argv); });
}
