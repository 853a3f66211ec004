#pragma once

#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <mutex>

#include "journal.hpp"
#include "rescue/base/embedded.hpp"
#include "rescue/base/id.hpp"

extern const std::span<const rescue::EmbeddedFile> worker_migrations;

/// What the worker's tests share.
namespace rescue::worker::testing {

/// A directory that goes with the object.
class Folder {
 public:
  Folder() : path_(std::filesystem::temp_directory_path() / ("rescue-worker-" + random_hex(8))) {
    std::filesystem::create_directories(path_);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string path(const std::string& name = "") const { return name.empty() ? path_ : path_ / name; }
  std::string write(const std::string& name, const std::string& content) const {
    std::filesystem::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name) << content;
    return path_ / name;
  }
  /// A probe of the test's own: a shell script whose "$OUT" is the file that --out names.
  std::string script(const std::string& name, const std::string& lines) const {
    const std::string file = write(name, "#!/bin/sh\nOUT=\"$5\"\n" + lines + "\n");
    ::chmod(file.c_str(), 0755);
    return file;
  }

 private:
  std::filesystem::path path_;
};

/// A file system of its own with little room, to be filled. Needs root: `mounted` is false where that may not
/// mount.
class SmallDisk {
 public:
  explicit SmallDisk(std::string path, const char* size = "size=256k") : path_(std::move(path)) {
    std::filesystem::create_directories(path_);
    mounted = ::mount("tmpfs", path_.c_str(), "tmpfs", 0, size) == 0;
  }
  ~SmallDisk() {
    if (mounted) ::umount2(path_.c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  void fill() const {
    std::ofstream file(path_ + "/filler", std::ios::binary);
    const std::string page(4'096, 'x');
    while (file.write(page.data(), static_cast<std::streamsize>(page.size())).flush()) {
    }
  }
  void free() const { std::filesystem::remove(path_ + "/filler"); }
  bool mounted = false;

 private:
  std::string path_;
};

inline std::string read_file(const std::string& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// The messages that commits sent, in order; lets a test wait for one.
class Sent {
 public:
  struct Message {
    std::string type;
    std::string job_id;
    Json body;
  };
  Journal::Send sender() {
    return [this](store::Tx& tx, std::string_view type, const Attempt& attempt, Json body) -> Status {
      tx.after_commit([this, message = Message{std::string(type), attempt.job_id, std::move(body)}] {
        const std::lock_guard lock(mutex_);
        messages_.push_back(message);
        changed_.notify_all();
      });
      return {};
    };
  }
  std::vector<Message> all() {
    const std::lock_guard lock(mutex_);
    return messages_;
  }
  std::size_t count(std::string_view type, std::string_view job_id = "") {
    const std::lock_guard lock(mutex_);
    return count_locked(type, job_id);
  }
  /// The first of this type about this job. Fails the test (with an empty body) when it does not come.
  Json wait_for(std::string_view type, std::string_view job_id, std::size_t how_many = 1) {
    std::unique_lock lock(mutex_);
    const bool came = changed_.wait_for(lock, std::chrono::seconds(60),
                                        [&] { return count_locked(type, job_id) >= how_many; });
    for (const Message& message : messages_) {
      if (came && message.type == type && message.job_id == job_id) return message.body;
    }
    return Json::object();
  }

 private:
  std::size_t count_locked(std::string_view type, std::string_view job_id) const {
    std::size_t count = 0;
    for (const Message& message : messages_) {
      if (message.type == type && (job_id.empty() || message.job_id == job_id)) ++count;
    }
    return count;
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Message> messages_;
};

inline std::unique_ptr<store::Database> open_database(const std::string& url = "sqlite://:memory:") {
  return store::Database::open(url, worker_migrations).value();
}

inline Attempt dispatched(const std::string& job_id, std::int64_t attempt = 1) {
  Attempt out;
  out.job_id = job_id;
  out.attempt = attempt;
  out.incident_id = "inc_1";
  out.kind = "investigation";
  out.server_id = "srv-1001";
  out.lease_s = 60;
  out.traceparent = Trace::start().traceparent();
  out.received_us = 1'000'000;
  return out;
}

inline std::string example_document() {
  return read_file(RESCUE_SOURCE_DIR "/api/examples/investigation.json");
}

}  // namespace rescue::worker::testing
