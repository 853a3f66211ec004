#include "rescue/seal/access.hpp"

#include <gtest/gtest.h>

#include "rescue/base/json.hpp"

namespace rescue::seal {
namespace {

const std::string kHostKey =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f";
const std::string kKey = "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n";

Json by_password() {
  return {{"address", "192.0.2.10"}, {"port", 2222},           {"user", "rescue"}, {"host_key", kHostKey},
          {"password", "swordfish"}, {"sudo", "with_password"}};
}

std::string fault(const Json& access) {
  const auto read = read_access(dump_json(access));
  if (read) return "none";
  EXPECT_EQ(read.error().problem, "access-not-readable");
  EXPECT_EQ(read.error().detail.find("swordfish"), std::string::npos);
  const std::string before = "the sealed access cannot be used: ";
  EXPECT_TRUE(read.error().detail.starts_with(before)) << read.error().detail;
  return read.error().detail.substr(before.size(),
                                    read.error().detail.find(' ', before.size()) - before.size());
}

TEST(Access, ReadsAllFields) {
  auto json = by_password();
  json["host_key"] = " " + kHostKey + " root@www\n";
  const auto access = read_access(dump_json(json));
  ASSERT_TRUE(access) << access.error().detail;
  EXPECT_EQ(access->address, "192.0.2.10");
  EXPECT_EQ(access->port, 2222);
  EXPECT_EQ(access->user, "rescue");
  EXPECT_EQ(access->host_key, kHostKey);
  EXPECT_EQ(access->password.view(), "swordfish");
  EXPECT_TRUE(access->private_key.empty());
  EXPECT_EQ(access->sudo, Sudo::kWithPassword);
  EXPECT_EQ(access->sudo_password.view(), "swordfish") << "the log-in's, where no other was given";
}

TEST(Access, ReadsAKeyAndAFingerprint) {
  auto json = by_password();
  json.erase("password");
  json.erase("port");
  json["private_key"] = kKey;
  json["sudo"] = "none";
  json["sudo_password"] = nullptr;
  json["host_key"] = "SHA256:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
  json["address"] = "2001:db8::10";
  const auto access = read_access(dump_json(json));
  ASSERT_TRUE(access) << access.error().detail;
  EXPECT_EQ(access->port, 22);
  EXPECT_EQ(access->private_key.view(), kKey);
  EXPECT_TRUE(access->password.empty());
  EXPECT_EQ(access->host_key, json["host_key"]);
  EXPECT_EQ(access->sudo, Sudo::kNone);
  json["sudo"] = "with_password";
  EXPECT_EQ(fault(json), "sudo_password");
  json["sudo_password"] = "other";
  EXPECT_EQ(fault(json), "none");
}

TEST(Access, NamesTheFieldThatIsWrongAndNeverWhatStandsThere) {
  const auto with = [](const char* field, const Json& value) {
    auto json = by_password();
    json[field] = value;
    return json;
  };
  for (const char* address : {"", "-oProxyCommand=swordfish", "a b", "http://swordfish/", "www.example.com",
                              "192.0.2.1:22", "[2001:db8::1]", "fe80::1%eth0"}) {
    EXPECT_EQ(fault(with("address", address)), "address") << address;
  }
  for (const Json& port : {Json(0), Json(65'536), Json("22")}) EXPECT_EQ(fault(with("port", port)), "port");
  for (const char* user : {"", "-l", "a b", "a/b", "swordfish\n"})
    EXPECT_EQ(fault(with("user", user)), "user");
  for (const char* key :
       {"", "ssh-ed25519", "ssh-ed25519 AAAA", "ssh-rsa swordfish", "MD5:00:11", "SHA256:AAAA",
        "ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"}) {
    EXPECT_EQ(fault(with("host_key", key)), "host_key") << key;
  }
  for (const char* password : {"two\nlines", "a\x7f"})
    EXPECT_EQ(fault(with("password", password)), "password");
  EXPECT_EQ(fault(with("password", std::string(1'025, 'x'))), "password");
  EXPECT_EQ(fault(with("password", 5)), "password");
  EXPECT_EQ(fault(with("private_key", "swordfish")), "private_key");
  EXPECT_EQ(fault(with("private_key", kKey)), "it") << "both";
  EXPECT_EQ(fault(with("password", "")), "it") << "none of both";
  EXPECT_EQ(fault(with("sudo", "yes")), "sudo");
  EXPECT_EQ(fault(with("swordfish", "x")), "it");
  auto plain = with("sudo", "without_password");
  plain["sudo_password"] = "x";
  EXPECT_EQ(fault(plain), "sudo_password");
  for (const char* field : {"address", "user", "host_key", "sudo"}) {
    auto json = by_password();
    json.erase(field);
    EXPECT_EQ(fault(json), field);
  }
}

TEST(Access, OpensWhatWasSealed) {
  Keyring ring;
  ASSERT_TRUE(ring.add(KeyPair::make(Timestamp())));
  const auto box = seal_to(ring.keys().front().public_key, dump_json(by_password()));
  EXPECT_EQ(open_access(ring, box)->password.view(), "swordfish");
  EXPECT_EQ(open_access(Keyring(), box).error().problem, "access-key-unknown");
  EXPECT_EQ(open_access(ring, seal_to(ring.keys().front().public_key, "swordfish")).error().detail,
            "the sealed access is no JSON object of texts and whole numbers");
}

}  // namespace
}  // namespace rescue::seal
