// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_MODEL_DPC_EXTRAS_H_
#define ZEROTOUCH_MODEL_DPC_EXTRAS_H_

#include <string>
#include <string_view>
#include <vector>

// Checks the `dpcExtras` of a configuration beyond what the API refuses. No other code of
// the model is needed, so that clients can link it.
namespace zerotouch {

// Something in the extras that a device ignores or that is unsafe.
struct ExtrasWarning {
  // The path of the member, such as `android.app.extra.PROVISIONING_LOCALE`, or
  // `bundle.servers[0].url` within others. Empty for the text as a whole.
  std::string member;
  std::string text;  // what is wrong and what to do; never holds a secret

  friend bool operator==(const ExtrasWarning&, const ExtrasWarning&) = default;
};

// Returns all warnings about `extras`, in the order of the text; none for empty extras. They
// never mean that the API refuses the text. Names and types
// are those of android.app.admin.DevicePolicyManager and of AOSP's ManagedProvisioning.
std::vector<ExtrasWarning> LintDpcExtras(std::string_view extras);

// Returns true if `text` is the URL-safe base64 form (RFC 4648 section 5, with or without
// padding) of 32 bytes, as Android reads SHA-256 checksums.
bool IsUrlSafeSha256(std::string_view text);

// Returns true if `text` names a component of an app: `package/class`, such as
// `com.example.dpc/.AdminReceiver` (android.content.ComponentName.unflattenFromString).
bool IsComponentName(std::string_view text);

}  // namespace zerotouch

#endif  // ZEROTOUCH_MODEL_DPC_EXTRAS_H_
