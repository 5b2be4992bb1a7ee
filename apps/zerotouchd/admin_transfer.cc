// SPDX-License-Identifier: Apache-2.0
// admin export, import and backup: whole registries.

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
#include "zerotouchd/admin_command.h"
#include "zerotouchd/files.h"
#include "zerotouchd/stop_request.h"

namespace zerotouch::daemon {
namespace {

namespace archive = store::archive;
using SteadyClock = std::chrono::steady_clock;

// How often progress is shown, at most, and after how many rows the clock is
// looked at.
constexpr auto kShowEvery = std::chrono::milliseconds(100);
constexpr int64_t kRowsPerLook = 256;

// Shows how far a command has come, and ends it when the user asks for it.
class Progress {
 public:
  explicit Progress(const char* command)
      : command_(command), display_(command, stderr, terminal::IsTerminal()) {
    // A file that must not grow further is an error to report, not a death.
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
    return absl::CancelledError(fmt::format("{} was stopped; nothing was kept of it", command_));
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
    // The total is a guess, and what comes after the last row takes time too.
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

// An archive's writer that counts.
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

// Its reader, the same.
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
        "an archive is no text: give a file by --to FILE, or send standard output elsewhere");
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
        fmt::format("cannot read {}: {}; give an archive by --from", name, strerror(errno)));
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
  constexpr char kSecret[] = "It holds the secret that signs tokens: its mode is 0600, keep it so.";
  CLI::App& write = group.Add("export", "Everything in a registry as one file, an archive", Export);
  write.fallthrough();  // --database may come after the command
  write.add_option("--to", flags.to, "the new archive; - for standard output")
      ->type_name("FILE")
      ->required();
  write.add_flag("--overwrite", flags.overwrite, "even if FILE exists");
  write.footer(fmt::format(
      "All as it is at one instant, beside a running server or without one. {}\n"
      "  zerotouchd admin export --database sqlite:///path/to/registry.db --to registry.archive",
      kSecret));
  CLI::App& read =
      group.Add("import", "Fill an empty registry, of whatever kind, from an archive", Import);
  read.fallthrough();
  read.add_option("--from", flags.from, "the archive; - for standard input")
      ->type_name("FILE")
      ->required();
  read.footer(
      "Creates the registry if there is none. Takes everything or, whatever fails, nothing.\n"
      "Key files and tokens stay good; unfinished operations go on when a server is started.\n"
      "  zerotouchd admin import --database sqlite:///path/to/new.db --from registry.archive");
  CLI::App& copy = group.Add("backup", "Copy the file of a SQLite registry", Backup);
  copy.fallthrough();
  copy.add_option("--to", flags.to, "the new copy")->type_name("FILE")->required();
  copy.add_flag("--overwrite", flags.overwrite, "even if FILE exists");
  copy.footer(
      fmt::format("The copy is checked before it gets its name, and is a registry like any "
                  "other: to restore it,\nstop the server and put it in the place of the "
                  "old one. {}\n"
                  "  zerotouchd admin backup --database sqlite:///path/to/registry.db --to copy.db",
                  kSecret));
}

}  // namespace zerotouch::daemon
