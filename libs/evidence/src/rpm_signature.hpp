#pragma once

#include "rpm_header.hpp"

namespace rescue::evidence {

/// By OpenPGP's number of it (RFC 4880, 9.4), as signatures and rpm's file digests have it.
std::optional<DigestKind> openpgp_digest_kind(std::uint64_t algorithm);

enum class SignatureFit : std::uint8_t { kNone, kFits, kContradicts };

/// Whether the signature beside a header was made over this header. A signature (RFC 4880, 5.2) says the
/// first two bytes of what was hashed: of a header that was edited afterwards they are other ones but once in
/// 65,536 times. No key is needed, and nothing is said of who signed.
SignatureFit signature_fit(const RpmHeader& header);

}  // namespace rescue::evidence
