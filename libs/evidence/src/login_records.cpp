#include "rescue/evidence/login_records.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace rescue::evidence {
namespace {

// Offsets within struct utmp, glibc bits/utmp.h with 32-bit times.
constexpr std::size_t kType = 0, kProcess = 4, kLine = 8, kUser = 44, kHost = 76, kSeconds = 340,
                      kMicros = 344, kAddress = 348;
constexpr std::size_t kLineBytes = 32, kUserBytes = 32, kHostBytes = 256;
constexpr std::size_t kLastlogBytes = 292;

std::string_view text_at(std::string_view bytes, std::size_t offset, std::size_t size) {
  const auto field = bytes.substr(offset, size);
  return field.substr(0, std::min(field.find('\0'), size));
}

template <class T>
T number_at(std::string_view bytes, std::size_t offset) {
  T value{};
  std::memcpy(&value, bytes.data() + offset, sizeof(value));
  return value;
}

std::string address_of(std::string_view bytes) {
  const auto raw = bytes.substr(kAddress, 16);
  const bool v4 = raw.substr(4) == std::string_view("\0\0\0\0\0\0\0\0\0\0\0\0", 12);
  if (v4 && number_at<std::uint32_t>(bytes, kAddress) == 0) return "";
  std::array<char, INET6_ADDRSTRLEN> text{};
  ::inet_ntop(v4 ? AF_INET : AF_INET6, raw.data(), text.data(), text.size());
  return text.data();
}

EventKind kind_of(const LoginRecord& record, bool failed) {
  if (record.all_zero) return EventKind::kRecordDamaged;
  if (failed) return EventKind::kRecordFailed;
  switch (record.type) {
    case 2:
      return EventKind::kRecordBoot;
    case 7:
      return EventKind::kRecordLogin;
    case 8:
      return EventKind::kRecordLogout;
    default:
      return record.type < 0 || record.type > 9 ? EventKind::kRecordDamaged : EventKind::kOther;
  }
}

}  // namespace

LoginRecord parse_login_record(std::string_view bytes) {
  LoginRecord record;
  record.all_zero = bytes.find_first_not_of('\0') == bytes.npos;
  record.type = number_at<std::int16_t>(bytes, kType);
  record.process = number_at<std::int32_t>(bytes, kProcess);
  record.line = text_at(bytes, kLine, kLineBytes);
  record.user = text_at(bytes, kUser, kUserBytes);
  record.host = text_at(bytes, kHost, kHostBytes);
  const auto seconds = number_at<std::uint32_t>(bytes, kSeconds);
  const auto micros = std::clamp(number_at<std::int32_t>(bytes, kMicros), 0, 999'999);
  record.time = from_us(std::int64_t{seconds} * 1'000'000 + micros);
  record.address = address_of(bytes);
  return record;
}

void add_login_records(std::string_view bytes, std::uint64_t first_record, bool failed, EventBatch& batch) {
  for (std::uint64_t i = 0; bytes.size() >= kLoginRecordBytes; ++i) {
    const auto record = parse_login_record(bytes.substr(0, kLoginRecordBytes));
    bytes.remove_prefix(kLoginRecordBytes);
    Event event;
    event.kind = kind_of(record, failed);
    event.time = record.time;
    event.is_record = true;
    event.position = first_record + i;
    event.offset = event.position * kLoginRecordBytes;
    event.process = static_cast<std::uint32_t>(std::max(record.process, 0));
    event.account = record.user;
    event.address = record.host.empty() ? batch.keep(record.address) : record.host;
    event.add(FieldName::kTerminal, record.line);
    if (event.kind != EventKind::kOther) {
      event.excerpt = batch.keep("type " + std::to_string(record.type) + " user " + std::string(record.user) +
                                 " line " + std::string(record.line) + " host " + std::string(record.host) +
                                 " pid " + std::to_string(record.process));
    }
    batch.events.push_back(event);
  }
}

std::vector<LastLogin> read_lastlog(const OpenFile& file, const std::vector<std::uint32_t>& uids) {
  std::vector<LastLogin> logins;
  std::string record(kLastlogBytes, '\0');
  for (const auto uid : uids) {
    const auto got = file.read_at(std::uint64_t{uid} * kLastlogBytes, record);
    if (!got || *got != kLastlogBytes) continue;
    const auto seconds = number_at<std::uint32_t>(record, 0);
    if (seconds == 0) continue;
    logins.push_back({uid, from_us(std::int64_t{seconds} * 1'000'000), std::string(text_at(record, 4, 32)),
                      std::string(text_at(record, 36, 256))});
  }
  return logins;
}

}  // namespace rescue::evidence
