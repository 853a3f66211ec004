// Backup and restore by the program, with real databases and a real Redis; tests/e2e does it with the
// services.
#include "backup/backup.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "program.hpp"
#include "rescue/base/sha256.hpp"
#include "rescue/queue/testing/redis_server.hpp"
#include "rescue/store/audit.hpp"
#include "rescue/store/outbox.hpp"

namespace rescue::ctl {
namespace {

namespace fs = std::filesystem;

class Backups : public ::testing::Test {
 protected:
  Backups() {
    std::string name = fs::temp_directory_path() / "rescuectl-backup-XXXXXX";
    root = ::mkdtemp(name.data());
    for (const auto& service : service_names()) {
      write(root + "/" + service + ".json", dump_json(settings(service)));
      const auto db = open(service);
      add_message(*db, service, "before");
    }
    // What services have sent and not yet got receipts for.
    EXPECT_TRUE(open("intake")->write([](store::Tx& tx) -> Status {
      const std::int64_t rows[] = {1};
      return store::Outbox::mark_sent(tx, rows, 1);
    }));
    evidence = add_evidence("what was found");
    add_evidence("and more");
  }
  ~Backups() override { fs::remove_all(root); }

  Json settings(const std::string& service) const {
    Json out = {{"http", {{"port", 1}}},
                {"database", {{"url", "sqlite://" + path_of(service)}}},
                {"redis", {{"host", redis.options().host}, {"secret_file", "/unread"}}},
                {"keys", {{"file", "/unread"}}}};
    if (service == "worker") out["evidence"] = {{"dir", root + "/data/evidence"}};
    return out;
  }
  std::string path_of(const std::string& service) const { return root + "/data/" + service + ".db"; }
  std::unique_ptr<store::Database> open(const std::string& service) const {
    auto opened = store::Database::open("sqlite://" + path_of(service), {});
    if (!opened) throw std::runtime_error(opened.error().detail);
    return *std::move(opened);
  }
  static void add_message(store::Database& db, const std::string& service, const std::string& reason) {
    EXPECT_TRUE(db.write([&](store::Tx& tx) -> Status {
      store::AuditRow row;
      row.action = "test";
      row.reason = reason;
      RESCUE_TRY(store::Audit::append(tx, row));
      Message message;
      message.from = service;
      message.to = "workflow";
      message.type = "t";
      message.incident_id = "inc_1";
      return store::Outbox::put(tx, message);
    }));
  }
  static void write(const std::string& path, const std::string& text) {
    fs::create_directories(fs::path(path).parent_path());
    std::ofstream(path, std::ios::binary) << text;
  }
  static std::string read(const std::string& path) {
    std::ostringstream out;
    out << std::ifstream(path, std::ios::binary).rdbuf();
    return out.str();
  }
  /// Where it is, below the evidence directory.
  std::string add_evidence(const std::string& text) const {
    const auto name = sha256_hex(text);
    const auto inner = "/" + name.substr(0, 2) + "/" + name.substr(2, 2) + "/" + name;
    write(root + "/data/evidence" + inner, text);
    return inner;
  }

  int run(std::vector<std::string> words) {
    out.str("");
    err.str("");
    return run_program(
        words, [](const std::string&) { return std::nullopt; }, out, err);
  }
  std::vector<std::string> with_settings(std::vector<std::string> words) const {
    for (const auto& service : service_names()) {
      words.push_back("--" + service);
      words.push_back(root + "/" + service + ".json");
    }
    return words;
  }
  int backup() { return run(with_settings({"backup", "--to", root + "/copy"})); }
  int verify() { return run({"backup", "verify", root + "/copy"}); }
  int restore(std::vector<std::string> more = {}) {
    std::vector<std::string> words = {"restore", "--from", root + "/copy", "--reason", "the disk broke"};
    words.insert(words.end(), more.begin(), more.end());
    return run(with_settings(words));
  }

  queue::testing::RedisServer redis;
  std::string root;
  std::string evidence;
  std::ostringstream out, err;
};

TEST_F(Backups, AreMadeWhileServicesRunAndFoundWhole) {
  const auto running = open("intake");
  ASSERT_EQ(backup(), 0) << err.str();
  EXPECT_NE(out.str().find("Writers held"), std::string::npos) << out.str();
  ASSERT_EQ(verify(), 0) << err.str();
  EXPECT_NE(out.str().find("is whole"), std::string::npos);
  struct stat info {};
  ::stat((root + "/copy").c_str(), &info);
  EXPECT_EQ(info.st_mode & 07777, 0700U);
  for (const auto* file : {"manifest.json", "intake.sqlite", "worker.sqlite"}) {
    ::stat((root + "/copy/" + file).c_str(), &info);
    EXPECT_EQ(info.st_mode & 07777, 0600U) << file;
  }
  EXPECT_EQ(std::distance(fs::directory_iterator(root + "/copy"), {}), 6) << "nothing else";
}

TEST_F(Backups, HoldNoSecret) {
  ASSERT_EQ(backup(), 0) << err.str();
  EXPECT_EQ(read(root + "/copy/manifest.json").find("unread"), std::string::npos);
}

TEST_F(Backups, AreNotMadeOverSomethingElse) {
  write(root + "/copy/mine", "mine");
  EXPECT_EQ(backup(), 1);
  EXPECT_EQ(read(root + "/copy/mine"), "mine");
  fs::remove(root + "/copy/mine");
  EXPECT_EQ(backup(), 0) << "an empty directory will do: " << err.str();
}

TEST_F(Backups, ThatFailLeaveNothing) {
  write(root + "/data/evidence" + evidence, "something else");
  EXPECT_EQ(backup(), 1);
  EXPECT_NE(err.str().find("evidence"), std::string::npos) << err.str();
  EXPECT_FALSE(fs::exists(root + "/copy"));
  fs::remove(path_of("pricing"));
  EXPECT_EQ(backup(), 1);
  EXPECT_NE(err.str().find("pricing"), std::string::npos) << err.str();
  EXPECT_FALSE(fs::exists(root + "/copy"));
  EXPECT_FALSE(fs::exists(path_of("pricing")));
}

TEST_F(Backups, WithoutAManifestAreNone) {
  ASSERT_EQ(backup(), 0) << err.str();
  fs::remove(root + "/copy/manifest.json");
  EXPECT_EQ(verify(), 1);
  EXPECT_NE(err.str().find("is no backup"), std::string::npos) << err.str();
}

TEST_F(Backups, ShowEachChangedByteAndMissingFile) {
  ASSERT_EQ(backup(), 0) << err.str();
  for (const auto& file :
       {std::string("/intake.sqlite"), std::string("/worker.sqlite"), "/evidence" + evidence}) {
    const auto path = root + "/copy" + file;
    const auto whole = read(path);
    auto changed = whole;
    changed[changed.size() / 2] = static_cast<char>(changed[changed.size() / 2] ^ 1);
    // Not written in place: it may be a link to the service's file.
    fs::remove(path);
    write(path, changed);
    EXPECT_EQ(verify(), 1) << file;
    fs::remove(path);
    EXPECT_EQ(verify(), 1) << file << " is missing";
    fs::create_symlink(path_of("intake"), path);
    EXPECT_EQ(verify(), 1) << file << " is a link";
    EXPECT_EQ(restore({"--replace"}), 1);
    fs::remove(path);
    write(path, whole);
    ASSERT_EQ(verify(), 0) << err.str();
  }
  EXPECT_FALSE(fs::exists(path_of("intake") + ".restored"));
}

TEST_F(Backups, RefuseAManifestThatIsNotTheirs) {
  ASSERT_EQ(backup(), 0) << err.str();
  const auto path = root + "/copy/manifest.json";
  const auto whole = *parse_json(read(path));
  const auto said = [&](const Json& manifest) {
    write(path, dump_json(manifest));
    EXPECT_EQ(verify(), 1) << out.str();
    return err.str();
  };
  const auto patched = [&](const Json& patch) {
    auto manifest = whole;
    manifest.merge_patch(patch);
    return said(manifest);
  };
  EXPECT_NE(patched({{"format", 2}}).find("newer program"), std::string::npos) << err.str();
  EXPECT_NE(patched({{"services", {{"intake", nullptr}}}}).find("intake"), std::string::npos) << err.str();
  EXPECT_NE(patched({{"services", {{"intake", {{"file", "../data/intake.db"}}}}}}).find("intake.sqlite"),
            std::string::npos)
      << err.str();
  EXPECT_NE(patched({{"services", {{"intake", {{"sha256", "x"}}}}}}).find("hexadecimal"), std::string::npos);
  patched({{"services", {{"intake", {{"sha256", std::string(64, '0')}}}}}});
  patched({{"services", {{"intake", {{"audit_rows", 2}}}}}});
  patched({{"services", {{"intake", {{"migrations", {{"store", "one"}}}}}}}});
  patched({{"services", {{"mail", {{"file", "x"}}}}}});
  patched({{"evidence", {{"files", 1}}}});
  patched({{"cut_at", "yesterday"}});
  said(Json::array());
  said("text");
  write(path, "{\"format\":");
  EXPECT_EQ(verify(), 1);
  write(path, std::string(2 * 1024 * 1024, ' '));
  EXPECT_EQ(verify(), 1);
}

TEST_F(Backups, PutBackWhatWasThere) {
  ASSERT_EQ(backup(), 0) << err.str();
  fs::remove_all(root + "/data");
  ASSERT_EQ(restore(), 0) << err.str();
  for (const auto& service : service_names()) {
    const auto db = open(service);
    EXPECT_EQ(db->read([](store::Tx& tx) { return store::Audit::verify(tx); }), 2) << service;
    const auto rows = db->read([](store::Tx& tx) { return store::Audit::of_incident(tx, "", 1, 10); });
    ASSERT_EQ(rows->size(), 1U);
    const auto& row = rows->front();
    EXPECT_EQ(row.action, "store.restored");
    EXPECT_EQ(row.reason, "the disk broke");
    EXPECT_TRUE(row.actor.starts_with("os:")) << row.actor;
    EXPECT_EQ(row.details["manifest_sha256"], sha256_hex(read(root + "/copy/manifest.json")));
    EXPECT_EQ(row.details["messages_sent_again"], service == "intake" ? 1 : 0);
    const auto depth = db->read([](store::Tx& tx) { return store::Outbox::depth(tx); });
    EXPECT_EQ(depth->waiting, 1) << service;
    EXPECT_EQ(depth->sent, 0) << service;
  }
  EXPECT_EQ(read(root + "/data/evidence" + evidence), "what was found");
}

TEST_F(Backups, ReplaceOnlyWhenToldAndKeepWhatWasThere) {
  ASSERT_EQ(backup(), 0) << err.str();
  add_message(*open("pricing"), "pricing", "after");
  EXPECT_EQ(restore(), 1);
  EXPECT_NE(err.str().find("--replace"), std::string::npos) << err.str();
  ASSERT_EQ(restore({"--replace"}), 0) << err.str();
  EXPECT_EQ(open("pricing")->read([](store::Tx& tx) { return store::Audit::verify(tx); }), 2);
  const auto said = out.str();
  const auto at = said.find(path_of("pricing") + ".before-restore-");
  ASSERT_NE(at, std::string::npos) << said;
  const auto aside = said.substr(at, said.find('\n', at) - at);
  const auto former = store::Database::open("sqlite://" + aside, {});
  ASSERT_TRUE(former) << former.error().detail;
  EXPECT_EQ((*former)
                ->read([](store::Tx& tx) { return tx.find("SELECT 1 FROM audit WHERE reason = 'after'"); })
                ->has_value(),
            true);
}

TEST_F(Backups, AreNotPutUnderARunningService) {
  ASSERT_EQ(backup(), 0) << err.str();
  const auto running = open("workflow");
  EXPECT_EQ(restore({"--replace"}), 1);
  EXPECT_NE(err.str().find("workflow: "), std::string::npos) << err.str();
  EXPECT_NE(err.str().find("in use by process " + std::to_string(::getpid())), std::string::npos)
      << err.str();
  add_message(*open("intake"), "intake", "goes on");
}

TEST_F(Backups, ThatCannotBePutBackLetTheServicesGoOn) {
  ASSERT_EQ(backup(), 0) << err.str();
  // Where the restore says that it has begun, nothing can be written.
  fs::create_symlink(root + "/nowhere/at/all", path_of("workflow") + ".restoring");
  EXPECT_EQ(restore({"--replace"}), 1);
  EXPECT_NE(err.str().find("workflow: "), std::string::npos) << err.str();
  fs::remove(path_of("workflow") + ".restoring");
  for (const auto& service : service_names()) add_message(*open(service), service, "goes on");
}

TEST_F(Backups, TakeFromRedisWhatIsOfALaterTime) {
  ASSERT_EQ(backup(), 0) << err.str();
  queue::Producer producer(redis.options());
  const queue::Outgoing later[] = {{"pricing", "of a later time"}, {"intake", "too"}};
  ASSERT_TRUE(producer.publish(later));
  ASSERT_TRUE(producer.set_mark("workflow", "", "mark"));
  ASSERT_EQ(restore({"--replace"}), 0) << err.str();
  EXPECT_NE(out.str().find("thrown away from Redis: 2"), std::string::npos) << out.str();
  EXPECT_EQ(producer.depth("pricing", 0)->length, 0);
  EXPECT_EQ(producer.standing("workflow")->mark, "");
}

TEST_F(Backups, AreNotPutBackWhileRedisIsAway) {
  ASSERT_EQ(backup(), 0) << err.str();
  redis.kill();
  EXPECT_EQ(restore({"--replace"}), 1);
  EXPECT_NE(err.str().find("Redis at"), std::string::npos) << err.str();
  EXPECT_EQ(open("intake")->read([](store::Tx& tx) { return store::Audit::verify(tx); }), 1) << "as it was";
  EXPECT_FALSE(fs::exists(path_of("intake") + ".restored"));
}

TEST_F(Backups, NeedAllSettingsAndAReason) {
  EXPECT_EQ(run({"backup", "--to", root + "/copy"}), 2);
  ASSERT_EQ(backup(), 0) << err.str();
  EXPECT_EQ(run(with_settings({"restore", "--from", root + "/copy", "--reason", ""})), 1);
  EXPECT_EQ(run(with_settings({"restore", "--from", root + "/copy"})), 2);
  write(root + "/pricing.json", "{}");
  EXPECT_EQ(restore(), 1);
  EXPECT_NE(err.str().find("settings of pricing: database.url"), std::string::npos) << err.str();
}

}  // namespace
}  // namespace rescue::ctl
