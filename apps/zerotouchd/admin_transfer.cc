// SPDX-License-Identifier: Apache-2.0
// admin export, import and backup: copies of whole registries.

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <memory>
#include <optional>

#include "base/status_macros.h"
#include "base/status_text.h"
#include "store/archive/reader.h"
#include "store/archive/writer.h"
#include "store/transfer.h"
#include "terminal/progress.h"
#include "terminal/typed_text.h"
#include "zerotouchd/admin_command.h"
#include "zerotouchd/files.h"
#include "zerotouchd/stop_request.h"

namespace zerotouch::daemon {
namespace {

namespace archive = store::archive;
using SteadyClock = std::chrono::steady_clock;

// Shortest time between two updates of the progress, and the number of rows after
// which the clock is read.
constexpr auto kShowEvery = std::chrono::milliseconds(100);
constexpr int64_t kRowsPerLook = 256;

// Shows the progress of a command, and stops the command on a signal.
class Progress {
 public:
  explicit Progress(const char* command)
      : command_(command), display_(command, stderr, terminal::IsTerminal()) {
    // Report a file-size limit as a failed write instead of ending the process.
    signal(SIGXFSZ, SIG_IGN);
  }
  ~Progress() { display_.End(); }

  void SetTotal(int64_t total) { total_ = total; }
  int64_t done() const { return done_; }
  absl::Status AddOne() {
    ++done_;
    return done_ % kRowsPerLook == 0 ? Look(/*at_end=*/false) : CheckStop();
  }
  absl::Status Set(int64_t done) {
    done_ = done;
    return Look(/*at_end=*/false);
  }
  void End() {
    total_ = done_;
    Look(/*at_end=*/true).IgnoreError();
    display_.End();
  }
  absl::Status CheckStop() const {
    if (!StopRequest::Came()) return absl::OkStatus();
    return absl::CancelledError(fmt::format("{} was stopped; it left no changes", command_));
  }
  double seconds() const {
    return std::chrono::duration<double>(SteadyClock::now() - begin_).count();
  }

 private:
  absl::Status Look(bool at_end) {
    ZT_RETURN_IF_ERROR(CheckStop());
    const SteadyClock::time_point now = SteadyClock::now();
    if (!at_end && shown_.has_value() && now - *shown_ < kShowEvery) return absl::OkStatus();
    shown_ = now;
    // The total is an estimate, and ending the command takes time too.
    const int64_t percent = total_ == 0 ? 0 : std::min<int64_t>(done_ * 100 / total_, 99);
    display_.Update({.percent = at_end ? 100 : static_cast<int>(percent),
                     .total = total_,
                     .elapsed = absl::Seconds(seconds())});
    return absl::OkStatus();
  }

  const char* const command_;
  const StopRequest stop_;
  terminal::ProgressDisplay display_;
  const SteadyClock::time_point begin_ = SteadyClock::now();
  std::optional<SteadyClock::time_point> shown_;
  int64_t total_ = 0;
  int64_t done_ = 0;
};

// Counts the rows that go into an archive.
class CountingSink final : public archive::RowSink {
 public:
  CountingSink(archive::Writer& writer, Progress& progress)
      : writer_(writer), progress_(progress) {}
  absl::Status Begin(int64_t about_rows) override {
    progress_.SetTotal(about_rows);
    return writer_.Begin(about_rows);
  }
  absl::Status Add(const archive::Row& row) override {
    ZT_RETURN_IF_ERROR(progress_.AddOne());
    return writer_.Add(row);
  }

 private:
  archive::Writer& writer_;
  Progress& progress_;
};

// Counts the rows that come out of an archive.
class CountingSource final : public archive::RowSource {
 public:
  CountingSource(archive::Reader& reader, Progress& progress)
      : reader_(reader), progress_(progress) {
    progress_.SetTotal(reader.about_rows());
  }
  absl::StatusOr<const archive::Row*> Next() override {
    ZT_ASSIGN_OR_RETURN(const archive::Row* row, reader_.Next());
    if (row != nullptr) ZT_RETURN_IF_ERROR(progress_.AddOne());
    return row;
  }

 private:
  archive::Reader& reader_;
  Progress& progress_;
};

absl::Status ExportTo(const std::string& url, archive::WriteBytes write, Progress& progress) {
  archive::Writer writer(std::move(write));
  CountingSink sink(writer, progress);
  ZT_RETURN_IF_ERROR(store::Export(url, sink));
  return writer.End();
}

absl::Status ExportToStandardOutput(const std::string& url, Progress& progress) {
  if (isatty(STDOUT_FILENO) == 1) {
    return absl::InvalidArgumentError(
        "an archive is binary; give --to FILE, or redirect standard output");
  }
  return ExportTo(
      url, [](std::string_view bytes) { return WriteAll(STDOUT_FILENO, "standard output", bytes); },
      progress);
}

absl::Status ExportToFile(const std::string& url, const AdminFlags& flags, Progress& progress) {
  ZT_ASSIGN_OR_RETURN(const std::unique_ptr<NewFile> file,
                      NewFile::Open(flags.to, flags.overwrite));
  ZT_RETURN_IF_ERROR(ExportTo(
      url, [&](std::string_view bytes) { return file->Write(bytes); }, progress));
  return file->Commit();
}

absl::Status Export(const Settings& settings, const AdminFlags& flags) {
  ZT_ASSIGN_OR_RETURN(const std::string url, DatabaseOf(settings));
  Progress progress("export");
  ZT_RETURN_IF_ERROR(flags.to == "-" ? ExportToStandardOutput(url, progress)
                                     : ExportToFile(url, flags, progress));
  progress.End();
  return absl::OkStatus();
}

absl::Status Import(const Settings& settings, const AdminFlags& flags) {
  ZT_ASSIGN_OR_RETURN(const std::string url, DatabaseOf(settings));
  const bool is_standard = flags.from == "-";
  const std::string name = is_standard ? "standard input" : flags.from;
  const int fd = is_standard ? STDIN_FILENO : open(flags.from.c_str(), O_RDONLY | O_CLOEXEC);
  const auto cannot_read = [&] {
    return absl::FailedPreconditionError(
        fmt::format("cannot read {}: {}; give an archive by --from",
                    terminal::WithoutPasswords(name), strerror(errno)));
  };
  if (fd < 0) return cannot_read();
  Progress progress("import");
  const auto read_bytes = [&](std::span<char> bytes) -> absl::StatusOr<size_t> {
    for (;;) {
      ZT_RETURN_IF_ERROR(progress.CheckStop());
      const ssize_t got = read(fd, bytes.data(), bytes.size());
      if (got >= 0) return static_cast<size_t>(got);
      if (errno != EINTR) return cannot_read();
    }
  };
  ZT_ASSIGN_OR_RETURN(const std::unique_ptr<archive::Reader> reader,
                      archive::Reader::Open(name, read_bytes));
  CountingSource source(*reader, progress);
  ZT_RETURN_IF_ERROR(store::Import(url, source));
  progress.End();
  return absl::OkStatus();
}

absl::Status Backup(const Settings& settings, const AdminFlags& flags) {
  ZT_ASSIGN_OR_RETURN(const std::string url, DatabaseOf(settings));
  Progress progress("backup");
  ZT_ASSIGN_OR_RETURN(const std::unique_ptr<NewFile> file,
                      NewFile::Open(flags.to, flags.overwrite));
  ZT_RETURN_IF_ERROR(store::Backup(url, file->part(), [&](int64_t done, int64_t total) {
    progress.SetTotal(total);
    return progress.Set(done);
  }));
  ZT_RETURN_IF_ERROR(file->Commit());
  progress.End();
  return absl::OkStatus();
}

}  // namespace

void AddTransferCommands(CLI::App& app, AdminAction& action) {
  AdminGroup group(app, action);
  AdminFlags& flags = group.flags();
  constexpr char kSecret[] = "It holds the secret that signs tokens; keep its mode at 0600.";
  CLI::App& write =
      group.Add("export", "Write everything in a registry to one file, an archive", Export);
  write.fallthrough();  // allows --database after the command
  write.add_option("--to", flags.to, "Path of the new archive, or - for standard output")
      ->type_name("FILE")
      ->required();
  write.add_flag("--overwrite", flags.overwrite, "Replace FILE if it exists");
  write.footer(fmt::format(
      "The archive is a consistent snapshot, also while a server runs. {}\n"
      "  zerotouchd admin export --database sqlite:///path/to/registry.db --to registry.archive",
      kSecret));
  CLI::App& read =
      group.Add("import", "Fill an empty registry of any kind from an archive", Import);
  read.fallthrough();
  read.add_option("--from", flags.from, "Path of the archive, or - for standard input")
      ->type_name("FILE")
      ->required();
  read.footer(
      "Creates the registry if it does not exist. Imports everything or, on an error, nothing.\n"
      "Key files and tokens stay valid; a server continues the unfinished operations.\n"
      "  zerotouchd admin import --database sqlite:///path/to/new.db --from registry.archive");
  CLI::App& copy = group.Add("backup", "Copy a SQLite registry, also while a server runs", Backup);
  copy.fallthrough();
  copy.add_option("--to", flags.to, "Path of the new copy")->type_name("FILE")->required();
  copy.add_flag("--overwrite", flags.overwrite, "Replace FILE if it exists");
  copy.footer(
      fmt::format("The copy is checked before it gets its name. To restore it, stop the server "
                  "and replace\nthe old file with the copy. {}\n"
                  "  zerotouchd admin backup --database sqlite:///path/to/registry.db --to copy.db",
                  kSecret));
}

}  // namespace zerotouch::daemon
