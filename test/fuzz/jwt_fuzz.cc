// SPDX-License-Identifier: Apache-2.0
// Parses JWTs: whole tokens, and a header and a payload in JSON on two lines, which
// are encoded here because the fuzzer cannot guess base64.

#include "crypto/encoding.h"
#include "crypto/jwt.h"
#include "crypto/key_file.h"
#include "fuzz/input.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace zerotouch::crypto;  // NOLINT(google-build-using-namespace)
  const std::string_view text = zerotouch::test::TextOf(data, size);
  static_cast<void>(ParseJwt(text));
  static_cast<void>(ParseKeyFile(text));
  const size_t end = text.find('\n');
  if (end == std::string_view::npos) return 0;
  const std::string signed_text =
      Base64UrlEncode(text.substr(0, end)) + "." + Base64UrlEncode(text.substr(end + 1));
  const auto jwt = ParseJwt(signed_text + ".c2ln");
  if (!jwt.ok()) return 0;
  zerotouch::test::Expect(jwt->signed_text == signed_text && jwt->signature == "sig",
                          "what was signed is what was sent");
  zerotouch::test::Expect(
      jwt->claims.issued_at >= absl::UnixEpoch() && jwt->claims.expires_at >= absl::UnixEpoch(),
      "times are within range");
  return 0;
}
