// SPDX-License-Identifier: Apache-2.0
#include "auth/account_keys.h"

#include <fmt/format.h>

#include <utility>

#include "base/random.h"
#include "base/status_macros.h"
#include "crypto/keys.h"

namespace zerotouch::auth {
namespace {

constexpr size_t kKeyIdBytes = 20;

}  // namespace

absl::StatusOr<NewKey> GenerateKey(const store::ServiceAccount& account, std::string project,
                                   const std::string& token_uri, absl::Time now) {
  ZT_ASSIGN_OR_RETURN(const crypto::PrivateKey key,
                      crypto::PrivateKey::Generate(crypto::Algorithm::kRs256));
  std::string id;
  for (const char byte : RandomBytes(kKeyIdBytes)) {
    id += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  }
  return NewKey{.file = {.project_id = std::move(project),
                         .private_key_id = id,
                         .private_key = key.ToPem(),
                         .client_email = account.email,
                         .client_id = account.client_id,
                         .auth_uri = "https://accounts.google.com/o/oauth2/auth",
                         .token_uri = token_uri},
                .stored = {.key_id = id, .public_pem = key.Public().ToPem(), .created = now}};
}

}  // namespace zerotouch::auth
