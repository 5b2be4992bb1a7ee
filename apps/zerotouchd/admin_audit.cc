// SPDX-License-Identifier: Apache-2.0
// admin audit: the log of everything that was changed.

#include <fmt/format.h>

#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "base/limits.h"
#include "base/status_macros.h"
#include "base/status_text.h"
#include "simdjson.h"
#include "store/changelog/audit_line.h"
#include "store/changelog/chain.h"
#include "store/changelog/codec.h"
#include "zerotouchd/admin_command.h"

namespace zerotouch::daemon {
namespace {

namespace changelog = store::changelog;

// Calls `take` with each part of the log, some at a time.
template <class Take>
absl::Status ForEachPart(store::Snapshot& snapshot, const Take& take) {
  for (int64_t after = 0;;) {
    ZT_ASSIGN_OR_RETURN(const std::vector<store::StoredPart> parts,
                        snapshot.ReadParts(after, limits::kLogPartsAtOnce));
    if (parts.empty()) return absl::OkStatus();
    for (const store::StoredPart& part : parts) ZT_RETURN_IF_ERROR(take(part));
    after = parts.back().first;
  }
}

absl::StatusOr<std::optional<absl::Time>> TimeOfFlag(const char* flag, const std::string& text) {
  if (text.empty()) return std::nullopt;
  absl::Time time;
  std::string error;
  // Also a date alone, which begins at midnight in UTC.
  if (absl::ParseTime(absl::RFC3339_full, text, &time, &error) ||
      absl::ParseTime("%Y-%m-%d", text, absl::UTCTimeZone(), &time, &error)) {
    return time;
  }
  return absl::InvalidArgumentError(fmt::format(
      "Invalid {} \"{}\": use a time such as 2026-01-31T12:00:00Z, or a date", flag, text));
}

absl::Status PrintLine(const std::string& line) {
  if (std::fwrite(line.data(), 1, line.size(), stdout) == line.size() &&
      std::fputc('\n', stdout) != EOF) {
    return absl::OkStatus();
  }
  return absl::UnavailableError("cannot write to standard output");
}

absl::Status PrintEntries(const store::StoredPart& stored) {
  absl::StatusOr<changelog::Part> part = changelog::DecodePart(stored.bytes);
  if (!part.ok()) {
    return absl::DataLossError(fmt::format(
        "sequence {}: the row was altered; see zerotouchd admin audit verify", stored.first));
  }
  for (size_t i = 0; i < part->entries.size(); ++i) {
    ZT_RETURN_IF_ERROR(PrintLine(changelog::AuditLine(*part, i, stored.hash)));
  }
  return absl::OkStatus();
}

absl::Status ListEntries(const Settings& settings, const AdminFlags& flags) {
  ZT_ASSIGN_OR_RETURN(const std::optional<absl::Time> since, TimeOfFlag("--since", flags.since));
  ZT_ASSIGN_OR_RETURN(const std::optional<absl::Time> until, TimeOfFlag("--until", flags.until));
  ZT_RETURN_IF_ERROR(View(settings, [&](store::Snapshot& snapshot) {
    return ForEachPart(snapshot, [&](const store::StoredPart& part) -> absl::Status {
      const absl::StatusOr<changelog::PartHead> head = changelog::DecodePartHead(part.bytes);
      // A damaged part is reported where it is printed.
      const bool is_wanted = !head.ok() || ((!since.has_value() || head->time >= *since) &&
                                            (!until.has_value() || head->time < *until));
      return is_wanted ? PrintEntries(part) : absl::OkStatus();
    });
  }));
  return std::fflush(stdout) == 0 ? absl::OkStatus()
                                  : absl::UnavailableError("cannot write to standard output");
}

std::string CheckpointText(const store::StoredCheckpoint& checkpoint) {
  return fmt::format("{{\"height\":{},\"hash\":\"{}\",\"time\":\"{}\"}}", checkpoint.height,
                     absl::BytesToHexString(checkpoint.hash), changelog::TimeText(checkpoint.time));
}

absl::Status PrintCheckpoint(const Settings& settings, const AdminFlags&) {
  store::StoredCheckpoint checkpoint;
  ZT_RETURN_IF_ERROR(Change(settings, [&](store::Transaction& tx) -> absl::Status {
    ZT_ASSIGN_OR_RETURN(const std::vector<store::ChainHead> heads, tx.ReadChainHeads());
    checkpoint = changelog::CheckpointOf(heads, absl::Now());
    return tx.AddCheckpoint(checkpoint);
  }));
  return PrintLine(CheckpointText(checkpoint));
}

absl::StatusOr<std::string> ReadCheckpointText(const std::string& path) {
  std::ifstream file;
  if (path != "-") {
    file.open(path, std::ios::binary);
    if (!file) return absl::InvalidArgumentError(fmt::format("cannot read {}", path));
  }
  std::istream& from = path == "-" ? std::cin : file;
  std::string text(limits::kCheckpointBytes + 1, '\0');
  from.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(from.gcount()));
  return text;
}

// Reads a line of `admin audit checkpoint`.
absl::StatusOr<changelog::Checkpoint> ReadCheckpoint(const std::string& path) {
  ZT_ASSIGN_OR_RETURN(const std::string text, ReadCheckpointText(path));
  const absl::Status wrong = absl::InvalidArgumentError(fmt::format(
      "{} is not a checkpoint; use a line that zerotouchd admin audit checkpoint printed",
      path == "-" ? "standard input" : path));
  simdjson::dom::parser parser;
  simdjson::dom::element json;
  std::string_view hash;
  if (text.size() > limits::kCheckpointBytes || parser.parse(text).get(json) != simdjson::SUCCESS ||
      json["hash"].get(hash) != simdjson::SUCCESS) {
    return wrong;
  }
  changelog::Checkpoint checkpoint;
  std::string_view height;
  const bool has_height = json["height"].get(checkpoint.height) == simdjson::SUCCESS ||
                          (json["height"].get(height) == simdjson::SUCCESS &&
                           absl::SimpleAtoi(std::string(height), &checkpoint.height));
  const bool is_hex = hash.size() == 64 &&
                      hash.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
  if (!has_height || checkpoint.height < 0 || !is_hex) return wrong;
  checkpoint.hash = absl::HexStringToBytes(std::string(hash));
  return checkpoint;
}

absl::Status VerifyLog(const Settings& settings, const AdminFlags& flags) {
  std::optional<changelog::Checkpoint> checkpoint;
  if (!flags.against.empty()) {
    ZT_ASSIGN_OR_RETURN(checkpoint, ReadCheckpoint(flags.against));
  }
  return View(settings, [&](store::Snapshot& snapshot) -> absl::Status {
    ZT_ASSIGN_OR_RETURN(const int64_t entries, changelog::VerifyLog(snapshot, checkpoint));
    fmt::print("{} entries: the log is whole{}\n", entries,
               checkpoint.has_value() ? ", and the checkpoint is in it" : "");
    return absl::OkStatus();
  });
}

void AddTimes(CLI::App& command, AdminFlags& flags) {
  command.add_option("--since", flags.since, "First time of the entries (RFC 3339, or a date)")
      ->type_name("TIME");
  command.add_option("--until", flags.until, "Time before which the entries end")
      ->type_name("TIME");
}

}  // namespace

void AddAuditCommands(CLI::App& app, AdminAction& action) {
  AdminGroup group(app, "audit", "The log of everything that was changed, by whom and when",
                   action);
  AdminFlags& flags = group.flags();
  AddTimes(group.Add("list", "Print the entries as JSON lines, oldest first", ListEntries), flags);
  AddTimes(group.Add("export", "Print the entries as JSON lines, as list does", ListEntries),
           flags);
  group.Add("checkpoint",
            "Print the height and hash of the log as one line, to be kept somewhere else",
            PrintCheckpoint);
  group
      .Add("verify", "Check that no entry was altered, dropped, added or moved; exit 1 if one was",
           VerifyLog)
      .add_option("--against", flags.against,
                  "A line of checkpoint, in a file or (-) on standard input: check too that the "
                  "log still has what it had then")
      ->type_name("FILE");
}

}  // namespace zerotouch::daemon
