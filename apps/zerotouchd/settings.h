// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_ZEROTOUCHD_SETTINGS_H_
#define ZEROTOUCH_ZEROTOUCHD_SETTINGS_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/limits.h"
#include "base/log.h"

// Settings come from flags (--listen), then environment variables
// (ZEROTOUCH_LISTEN), then a TOML file (listen = "…"), then defaults. One table has
// them all.
namespace zerotouch::daemon {

// The commands of the program, as bits, so that a setting can belong to several.
enum Command : uint8_t { kSandbox = 1, kServe = 2, kAdmin = 4, kHealth = 8, kCheck = 16 };

struct Settings {
  std::string listen = "127.0.0.1:8080";
  std::string data_dir;         // empty: not given
  std::string database;         // empty: not given
  std::string tls_certificate;  // path of a PEM file; empty: not given
  std::string tls_key;          // as tls_certificate
  std::string tls_client_ca;    // as tls_certificate
  bool insecure = false;        // allows clear text on an address that others can reach
  std::string public_url;       // without a trailing slash; empty: not given
  std::string token_issuers;    // path of a JSON file; empty: not given
  bool lenient_identifiers = false;
  std::vector<std::string> metadata_keys;  // lower case
  int threads = 0;                         // event loops; 0: one for each processor
  int worker_threads = 16;
  uint64_t memory_limit = limits::kMemoryBytes;  // beside what an idle server holds
  int operation_workers = 2;
  log::Level log_level = log::Level::kInfo;
  std::optional<log::Access> access_log;  // nullopt: the default of the command
  std::string metrics_listen;             // empty: nobody can watch
  size_t max_body_bytes = limits::kBodyBytes;
  int drain_seconds = 10;
  // Limits on callers; 0: none. nullopt: the default of the command.
  std::optional<int64_t> quota_per_100s;          // calls of an account
  std::optional<int64_t> token_quota_per_minute;  // tokens of an account
  std::optional<int64_t> token_quota_per_peer;    // requests of tokens, of an address in a minute
  std::string otlp_endpoint;                      // without a slash at the end; empty: not given
  std::string webhook_ca;                         // path of a PEM file; empty: not given
  std::vector<std::string> webhook_allow;         // valid blocks of addresses
  double operation_items_per_second = 0;          // for tests; 0: full speed
  bool controls = true;                           // of a sandbox
  bool portal = true;
  // The provider at which people sign in to the portal of `serve`.
  std::string oidc_issuer;              // its URL; empty: nobody can sign in
  std::string oidc_client_id;           // of this server
  std::string oidc_client_secret_file;  // path; empty: a public client
  std::string oidc_groups_claim;        // empty: groups are not used
  std::string oidc_ca;                  // path of a PEM file; empty: the system's authorities
  std::string seed;                     // path of a sandbox's seed; empty: not given
  std::string exec;                     // a sandbox's command; empty: not given
  // The file of --config if it holds the database's password; empty: it does not. No
  // setting.
  std::string secret_file;

  friend bool operator==(const Settings&, const Settings&) = default;
};

// A row of the table of settings.
struct Setting {
  const char* name;        // of the flag and the TOML key; the variable is ZEROTOUCH_ and capitals
  const char* value;       // type of the value, for --help; empty: a switch
  const char* by_default;  // default value; empty: no default
  const char* help;
  uint8_t commands;  // commands that have the setting, as bits
  bool is_list;      // separated by commas, or a TOML array
  // Parses `text` into the settings. The error continues the text "invalid …".
  absl::Status (*read)(std::string_view text, Settings& settings);
};
std::span<const Setting> SettingTable();

// The text given for a setting, and its source, for messages.
struct GivenText {
  std::string text;
  std::string source;
};
using GivenTexts = std::map<std::string, GivenText>;

// Returns the settings of `command`. `flags` are by name, without dashes, and may
// have `config`, the path of the TOML file; `variables` is the environment.
// INVALID_ARGUMENT, for unknown names, invalid values, test settings in `serve`, and a
// password in the flag --database, which all users of the machine see, is one line that names the
// setting, its source and the values to use. Variables of the `zerotouch` CLI are ignored.
absl::StatusOr<Settings> ResolveSettings(Command command, const GivenTexts& flags,
                                         const std::map<std::string, std::string>& variables);

}  // namespace zerotouch::daemon

#endif  // ZEROTOUCH_ZEROTOUCHD_SETTINGS_H_
