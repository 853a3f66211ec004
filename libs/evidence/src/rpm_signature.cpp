#include "rpm_signature.hpp"

#include "bytes_at.hpp"

namespace rescue::evidence {
namespace {

unsigned char byte_at(std::string_view text, std::size_t at) {
  return at < text.size() ? static_cast<unsigned char>(text[at]) : std::uint8_t{0};
}

/// The body of a packet of the old or the new form (RFC 4880, 4.2); empty where it is no signature.
std::string_view signature_body(std::string_view packet) {
  const auto tag = byte_at(packet, 0);
  const bool new_form = (tag & 0xc0U) == 0xc0U;
  const unsigned type = new_form ? tag & 0x3fU : tag >> 2U & 0x0fU;
  constexpr unsigned kSignature = 2, kTwoBytesFrom = 192;
  if ((tag & 0x80U) == 0 || type != kSignature) return "";
  std::size_t size_bytes = std::size_t{1} << (tag & 3U);
  if (new_form) size_bytes = byte_at(packet, 1) < kTwoBytesFrom ? 1 : byte_at(packet, 1) == 255 ? 5 : 2;
  return packet.substr(std::min(packet.size(), 1 + size_bytes));
}

/// What is hashed behind the header, and where the body goes on; empty where it is of no known version.
std::string trailer_of(std::string_view body, DigestKind& kind, std::string_view& start) {
  const auto version = byte_at(body, 0);
  const bool old = version == 3;
  const auto hash = openpgp_digest_kind(byte_at(body, old ? 16 : 3));
  if (!hash || (version != 3 && version != 4)) return "";
  kind = *hash;
  if (old) {
    start = body.substr(std::min<std::size_t>(body.size(), 17), 2);
    return std::string(body.substr(2, 5));
  }
  const std::size_t hashed = 6 + big16(body, 4);
  if (hashed + 2 > body.size()) return "";
  const auto unhashed = hashed + 2 + big16(body, hashed);
  start = body.substr(std::min(body.size(), unhashed), 2);
  std::string trailer(body.substr(0, hashed));
  trailer += "\x04\xff";
  put_big32(trailer, static_cast<std::uint32_t>(hashed));
  return trailer;
}

}  // namespace

std::optional<DigestKind> openpgp_digest_kind(std::uint64_t algorithm) {
  switch (algorithm) {
    case 1:
      return DigestKind::kMd5;
    case 2:
      return DigestKind::kSha1;
    case 8:
      return DigestKind::kSha256;
    case 9:
      return DigestKind::kSha384;
    case 10:
      return DigestKind::kSha512;
    default:
      return std::nullopt;
  }
}

SignatureFit signature_fit(const RpmHeader& header) {
  for (const auto tag : {RpmTag::kRsaHeader, RpmTag::kDsaHeader}) {
    const auto body = signature_body(header.bytes(tag));
    if (body.empty() || !header.has_region()) continue;
    auto kind = DigestKind::kMd5;
    std::string_view start;
    const auto trailer = trailer_of(body, kind, start);
    if (trailer.empty() || start.size() != 2) continue;
    DigestStream stream(kind);
    header.hash_region(stream);
    stream.update(trailer);
    return stream.take_bytes().starts_with(start) ? SignatureFit::kFits : SignatureFit::kContradicts;
  }
  return SignatureFit::kNone;
}

}  // namespace rescue::evidence
