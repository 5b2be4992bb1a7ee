// SPDX-License-Identifier: Apache-2.0
#ifndef ZEROTOUCH_ZEROTOUCHD_SETTINGS_H_
#define ZEROTOUCH_ZEROTOUCHD_SETTINGS_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/limits.h"
#include "base/log.h"

// Settings come from flags (--listen), then variables (ZEROTOUCH_LISTEN), then
// a TOML file (listen = "…"), then defaults: one table has them all.
namespace zerotouch::daemon {

// What the program was started as. Bits, so that a setting can have several.
enum Command : uint8_t { kSandbox = 1, kServe = 2, kAdmin = 4 };

struct Settings {
  std::string listen = "127.0.0.1:8080";
  std::string data_dir;         // empty: not given
  std::string database;         // empty: not given
  std::string tls_certificate;  // path of a PEM file; empty: not given
  std::string tls_key;          // as tls_certificate
  std::string public_url;       // without a slash at the end; empty: not given
  bool lenient_identifiers = false;
  std::vector<std::string> metadata_keys;  // lower case
  int worker_threads = 16;
  int operation_workers = 2;
  log::Level log_level = log::Level::kInfo;
  size_t max_body_bytes = limits::kBodyBytes;
  int drain_seconds = 10;
  double operation_items_per_second = 0;  // a test switch; 0: full speed

  friend bool operator==(const Settings&, const Settings&) = default;
};

// A row of the table.
struct Setting {
  const char* name;        // of flag and TOML key; in capitals, after ZEROTOUCH_, of the variable
  const char* value;       // what its value is, for --help; empty: a switch
  const char* by_default;  // its text; empty: none
  const char* help;
  uint8_t commands;  // those whose --help lists it; a bit each
  bool is_list;      // commas, a TOML array, or the flag several times
  // Reads `text` into the settings. An error ends the sentence "listen is …".
  absl::Status (*read)(std::string_view text, Settings& settings);
};
std::span<const Setting> SettingTable();

// The text given for a setting, and by what, for messages.
struct GivenText {
  std::string text;
  std::string source;
};
using GivenTexts = std::map<std::string, GivenText>;

// Puts the settings of `command` together. `flags` are by name, without
// dashes, and may hold `config`, the path of the TOML file; `variables` is the
// environment. INVALID_ARGUMENT is one line that names the setting, where it
// came from, and what it should be: for unknown names, wrong values, and test
// switches in `serve`. Variables of the `zerotouch` CLI are left alone.
absl::StatusOr<Settings> ResolveSettings(Command command, const GivenTexts& flags,
                                         const std::map<std::string, std::string>& variables);

}  // namespace zerotouch::daemon

#endif  // ZEROTOUCH_ZEROTOUCHD_SETTINGS_H_
