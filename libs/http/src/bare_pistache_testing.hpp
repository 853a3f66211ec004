#pragma once

#include <pistache/endpoint.h>
#include <pistache/router.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <latch>
#include <memory>
#include <string>
#include <thread>

namespace rescue::http {

/// Pistache as its own documentation uses it, without any guard: each attack is tried on it too, so that a
/// test that finds nothing is known to be able to find something. Routes: GET /echo/<text>, POST /size, GET
/// /smuggled (counted), GET /throw, GET /slow (until `slow_may_end`), GET /later (the same, from a thread of
/// its own), GET /query (q as a number).
class BarePistache {
 public:
  struct Options {
    int threads = 1;
    std::chrono::milliseconds header_timeout{60'000};
    std::latch* slow_may_end = nullptr;
  };
  explicit BarePistache(Options options)
      : endpoint_(Pistache::Address(Pistache::Ipv4::loopback(), Pistache::Port(0))) {
    using Pistache::Http::Code;
    using Pistache::Rest::Routes::bind;
    namespace Routes = Pistache::Rest::Routes;
    const auto handle = [](auto action) -> Pistache::Rest::Route::Handler {
      return [action](const Pistache::Rest::Request& request, Pistache::Http::ResponseWriter response) {
        response.send(Code::Ok, action(request));
        return Pistache::Rest::Route::Result::Ok;
      };
    };
    Routes::Get(router_, "/echo/:text",
                handle([](const auto& r) { return r.param(":text").template as<std::string>(); }));
    Routes::Post(router_, "/size",
                 handle([](const auto& r) { return "size " + std::to_string(r.body().size()); }));
    Routes::Get(router_, "/smuggled", handle([this](const auto&) {
                  ++smuggled;
                  return std::string("smuggled");
                }));
    Routes::Get(router_, "/throw",
                handle([](const auto&) -> std::string { throw std::runtime_error("hunter2"); }));
    Routes::Get(router_, "/throw-int", handle([](const auto&) -> std::string { throw 1; }));
    Routes::Get(router_, "/slow", handle([this, options](const auto&) {
                  ++slow_begun;
                  if (options.slow_may_end != nullptr) options.slow_may_end->wait();
                  return std::string("slow");
                }));
    Routes::Get(router_, "/query",
                handle([](const auto& r) { return "q=" + r.query().get("q").value_or(""); }));
    Routes::Get(router_, "/later", [this, options](const auto&, Pistache::Http::ResponseWriter response) {
      auto writer = std::make_shared<Pistache::Http::ResponseWriter>(std::move(response));
      later_ = std::thread([writer, options] {
        options.slow_may_end->wait();
        writer->send(Code::Ok, "late");
      });
      return Pistache::Rest::Route::Result::Ok;
    });
    endpoint_.init(Pistache::Http::Endpoint::options()
                       .threads(options.threads)
                       .flags(Pistache::Tcp::Options::ReuseAddr)
                       .headerTimeout(options.header_timeout)
                       .bodyTimeout(options.header_timeout));
    endpoint_.setHandler(router_.handler());
    endpoint_.serveThreaded();
  }
  ~BarePistache() {
    if (later_.joinable()) later_.join();
    endpoint_.shutdown();
  }
  BarePistache(const BarePistache&) = delete;
  BarePistache& operator=(const BarePistache&) = delete;

  int port() const { return endpoint_.getPort(); }
  void shutdown() { endpoint_.shutdown(); }

  std::atomic<int> smuggled{0};
  std::atomic<int> slow_begun{0};

 private:
  Pistache::Rest::Router router_;
  Pistache::Http::Endpoint endpoint_;
  std::thread later_;
};

}  // namespace rescue::http
