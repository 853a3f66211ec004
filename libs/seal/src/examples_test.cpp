// What api/examples shows, and what its programs seal, opens.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <numeric>

#include "rescue/base/id.hpp"
#include "rescue/base/json.hpp"
#include "rescue/seal/access.hpp"
#include "rescue/seal/public_keys.hpp"

namespace rescue::seal {
namespace {

const std::string kExamples = RESCUE_SOURCE_DIR "/api/examples/";
const std::string kHostKey =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f";

Json read(const std::string& name) {
  std::ifstream in(kExamples + name);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  return parse_json(text).value();
}

/// The pair of the key that the examples show: its secret is the bytes 1 to 32.
Keyring ring_of_the_examples() {
  Secret secret(32);
  std::iota(secret.bytes().begin(), secret.bytes().end(), static_cast<unsigned char>(1));
  Keyring out;
  EXPECT_TRUE(out.add(KeyPair::of(std::move(secret), Timestamp()).value()));
  return out;
}

Json with_password(const std::string& password) {
  return {{"address", "192.0.2.10"}, {"port", 22},           {"user", "root"},
          {"host_key", kHostKey},    {"password", password}, {"sudo", "none"}};
}

std::vector<Json> hard_ones() {
  auto by_key = with_password("");
  by_key.erase("password");
  by_key["private_key"] = "-----BEGIN OPENSSH PRIVATE KEY-----\n" + std::string(3'000, 'A') + "\r\n+/=\n";
  return {with_password("a\"b\\c/d'e<f>&$(g)"), with_password("合言葉は山川 é 😀"),
          with_password(" " + std::string(1'000, '\x7e') + " "), by_key};
}

/// What `command` writes when it is given `input`.
std::string run(const std::string& command, const std::string& input) {
  const auto file = std::filesystem::temp_directory_path() / ("rescue-seal-" + random_hex(8));
  std::ofstream(file) << input;
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen((command + " < " + file.string()).c_str(), "r"),
                                                   ::pclose);
  std::string out;
  std::array<char, 4'096> part{};
  while (const auto got = std::fread(part.data(), 1, part.size(), pipe.get())) out.append(part.data(), got);
  std::filesystem::remove(file);
  return out;
}

void expect_to_seal(const std::string& command) {
  const auto ring = ring_of_the_examples();
  std::size_t opened = 0;
  for (const auto& access : hard_ones()) {
    const auto answer =
        parse_json(run(command, dump_json({{"key", read("sealing-key.json")}, {"access", access}})));
    ASSERT_TRUE(answer) << command;
    const SealedBox box{answer->value("key_id", ""), answer->value("sealed", "")};
    EXPECT_TRUE(check_form(box));
    const auto read = open_access(ring, box);
    ASSERT_TRUE(read) << read.error().detail;
    EXPECT_EQ(read->password.view(), access.value("password", ""));
    EXPECT_EQ(read->private_key.view(), access.value("private_key", ""));
    ++opened;
  }
  std::printf("opened %zu boxes\n", opened);
}

TEST(Examples, TheShippedBoxOpens) {
  const auto ring = ring_of_the_examples();
  const auto example = read("access.json").at("access");
  const auto access = open_access(ring, {example.at("key_id"), example.at("sealed")});
  ASSERT_TRUE(access) << access.error().detail;
  EXPECT_EQ(access->user, "rescue");
  EXPECT_EQ(access->sudo, Sudo::kWithPassword);
  const auto shown = PublicKeys::load(RESCUE_SOURCE_DIR "/libs/seal/data/sealing.example.json").value();
  EXPECT_EQ(to_json(shown.keys().at(0)), read("sealing-key.json"));
  EXPECT_EQ(shown.keys().at(0).key.bytes, ring.keys().at(0).public_key.bytes);
}

TEST(Examples, PhpSealsWhatTheWorkerOpens) {
  if (std::system("php -v > /dev/null 2>&1") != 0) GTEST_SKIP() << "not run: php is not there";
  expect_to_seal("php " + kExamples + "sealing/seal.php");
}

TEST(Examples, JavaScriptSealsWhatTheWorkerOpens) {
  const char* program = ::getenv("RESCUE_SEALING_JS");
  if (program == nullptr) GTEST_SKIP() << "not run: make prove-sealing brings the package that it needs";
  expect_to_seal("node " + std::string(program));
}

}  // namespace
}  // namespace rescue::seal
